#include <future>
#include <optional>
#include <thread>

#include <signal.h>

#include "base/channel.hpp"
#include "sys/spawn.hpp"

namespace plim::sys {
namespace {

struct Job {
  const Command* command = nullptr;  // the caller waits for the reply, so it outlives the job
  std::promise<Result<Spawned>> reply;
};

/// The one thread that forks children who are to die with us. It starts with the first and
/// ends, taking the last of them along, when the program leaves main.
class SpawnThread {
 public:
  Result<Spawned> spawn(const Command& command) {
    Job job{&command, {}};
    auto reply = job.reply.get_future();
    if (!jobs_.push(std::move(job))) return fail(Errc::cancelled, "plim is shutting down");
    return reply.get();
  }

 private:
  void run(std::stop_token stop) {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);  // signals are for the threads that expect them
    while (auto job = jobs_.pop(stop)) job->reply.set_value(spawn_here(*job->command));
    jobs_.close();
    while (auto late = jobs_.pop({})) {
      late->reply.set_value(fail(Errc::cancelled, "plim is shutting down"));
    }
  }

  Channel<Job> jobs_{16};
  std::jthread loop_{[this](std::stop_token stop) { run(stop); }};  // last: joins first
};

}  // namespace

Result<Spawned> spawn_from_lasting_thread(const Command& command) {
  static SpawnThread thread;
  return thread.spawn(command);
}

}  // namespace plim::sys
