#include "agent/agent.hpp"

#include <utility>

#include "agent/task.hpp"

namespace plim::agent {

// The main job. Everything a step needs to do is in task.cpp, turn.cpp and calls.cpp; everything a
// step decides on is in a pure function of its own (gate, budget, compact, loop_guard, rescue).
chat::TaskFinished run_task(chat::Transcript transcript, std::string_view text, const Parts& parts,
                            const Options& options, const Sink& sink, std::stop_token stop) {
  Task task(std::move(transcript), parts, options, sink, stop);
  task.begin(text);
  for (int turn = 0; turn < options.max_turns; ++turn) {
    const auto reply = task.ask_model();
    if (!reply) return task.finish_after(reply.error());
    const auto ending =
        reply->message.tool_calls.empty() ? task.check(*reply) : task.run_calls(reply->message);
    if (ending && !task.starts_over(*ending)) return task.finish(ending->outcome, ending->reason);
  }
  return task.finish(chat::Outcome::failed,
                     std::format("gave up after {} turns", options.max_turns));
}

}  // namespace plim::agent
