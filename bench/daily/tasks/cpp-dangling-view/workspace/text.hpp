#pragma once

#include <string_view>
#include <vector>

// The lines of a text, without their ends. They point into `text`.
std::vector<std::string_view> lines(std::string_view text);

// Without spaces and tabs at both ends. Points into `text`.
std::string_view trim(std::string_view text);
