#pragma once

#include <stop_token>
#include <string>

#include "base/error.hpp"
#include "gguf/gguf.hpp"

namespace plim::app {

/// Reads the header of a GGUF model, split or not, that a web server has: its first megabytes, as
/// many as the tensor table needs, at most 16 MiB of each part.
/// Errors: as net::RemoteFile::read and gguf::read_model; capacity for a header over 16 MiB.
[[nodiscard]] Result<gguf::Header> read_remote_model(const std::string& url, std::stop_token stop);

}  // namespace plim::app
