#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace plim::engine {

// How servers' answers are read: whatever is missing or of another kind is nothing, not an error.

/// A member of `object`; null where there is none.
[[nodiscard]] const nlohmann::json& at(const nlohmann::json& object, const char* key);

/// A member that is text; empty where there is none.
[[nodiscard]] std::string text_at(const nlohmann::json& object, const char* key);

/// A member that is a number; 0 where there is none.
[[nodiscard]] double number_at(const nlohmann::json& object, const char* key);

/// A member that is a whole number; 0 where there is none.
[[nodiscard]] std::int64_t count_at(const nlohmann::json& object, const char* key);

}  // namespace plim::engine
