#include "app/plan_json.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "engine/launch.hpp"

namespace plim::app {
namespace {

using Json = nlohmann::ordered_json;

Json row_json(const plan::LedgerRow& row, const std::string& name) {
  return {{"name", name},
          {"device", row.device},
          {"capacity", row.capacity.value},
          {"free", row.free.value},
          {"weights", row.weights.value},
          {"kv", row.kv.value},
          {"recurrent", row.recurrent.value},
          {"compute", row.compute.value},
          {"caches", row.caches.value},
          {"overhead", row.overhead.value},
          {"reserve", row.reserve.value},
          {"left", plan::left_of(row)}};
}

/// The CPU's one row as two of the same memory: the model, and what the server needs beside it.
void split_cpu(std::vector<plan::LedgerRow>& rows) {
  auto& host = rows.back();
  plan::LedgerRow cpu{.device = "CPU",
                      .capacity = host.capacity,
                      .free = host.free,
                      .weights = host.weights,
                      .kv = host.kv,
                      .recurrent = host.recurrent,
                      .compute = host.compute};
  cpu.left = cpu.free - cpu.needed();
  host.free = host.free - cpu.needed();
  host.weights = host.kv = host.recurrent = host.compute = {};
  rows.insert(rows.begin(), cpu);
}

Json rate_json(const plan::Rate& rate) {
  if (rate.median <= 0) return nullptr;
  return {{"median", rate.median}, {"low", rate.low}, {"high", rate.high}};
}

void add_rows(Json& json, std::vector<plan::LedgerRow> rows) {
  if (rows.size() == 1) split_cpu(rows);
  json["devices"] = Json::array();
  for (const auto& row : rows) {
    if (row.device == "host") continue;
    json["devices"].push_back(row_json(row, row.label.empty() ? row.device : row.label));
  }
  json["host"] = row_json(rows.back(), "host");
}

Json choices_json(const std::vector<plan::Choice>& choices) {
  auto json = Json::array();
  for (const auto& choice : choices) {
    json.push_back({{"type", to_string(choice.type)},
                    {"context", choice.largest.value},
                    {"decode", rate_json(choice.decode)}});
  }
  return json;
}

Json guesses_json(const plan::RunPlan& plan) {
  return {
      {"by", to_string(plan.draft_by)}, {"tokens", plan.draft}, {"bytes", plan.draft_bytes.value}};
}

Json answer_json(const plan::Assessment& answer) {
  const auto& plan = answer.plan;
  Json json{{"fits", answer.fits},
            {"model", plan.model},
            {"context", plan.context.value},
            {"slots", plan.slots},
            {"kv", {{"k", to_string(plan.kv_k)}, {"v", to_string(plan.kv_v)}}},
            {"rung", plan.rung},
            {"reason", plan.reason},
            {"compute_estimated", !plan.compute_known}};
  add_rows(json, plan.ledger);
  json["speed"] = {{"decode", rate_json(plan.speed.decode)},
                   {"prefill", rate_json(plan.speed.prefill)},
                   {"decode_full_context", rate_json(plan.full_decode)}};
  if (plan.repack > Bytes{}) json["repack"] = plan.repack.value;
  if (plan.draft > 0) json["guesses"] = guesses_json(plan);
  json["choices"] = choices_json(answer.choices);
  json["warnings"] = plan.warnings;
  json["flags"] = engine::memory_flags(plan);
  return json;
}

}  // namespace

std::string to_json(const std::vector<plan::Assessment>& answers) {
  auto json = answer_json(answers.front());
  if (answers.size() > 1) {
    json["fits"] = std::ranges::all_of(answers, &plan::Assessment::fits);
    add_rows(json, plan::merge(answers));
    json["models"] = Json::array();
    for (const auto& answer : answers) json["models"].push_back(answer_json(answer));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace plim::app
