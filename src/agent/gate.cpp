#include "agent/gate.hpp"

namespace plim::agent {

Gate decide(tools::Access access, const Permissions& permissions, bool confined) {
  switch (access) {
    case tools::Access::read:
      return Gate::allow;
    case tools::Access::write:
      if (permissions.read_only) return Gate::deny;
      return permissions.yes ? Gate::allow : Gate::ask;
    case tools::Access::execute:
      if (!confined && (permissions.read_only || !permissions.unconfined)) return Gate::deny;
      return permissions.yes ? Gate::allow : Gate::ask;
  }
  return Gate::deny;
}

}  // namespace plim::agent
