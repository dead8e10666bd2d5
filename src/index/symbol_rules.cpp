#include "index/symbol_rules.hpp"

#include <array>

namespace plim::index {
namespace {

using enum SymbolKind;
using enum NameIn;
using enum Only;

constexpr auto c_rules = std::to_array<SymbolRule>({
    {"function_definition", function, declarator_field},
    {"class_specifier", type, name_field, with_body},
    {"struct_specifier", type, name_field, with_body},
    {"union_specifier", type, name_field, with_body},
    {"enum_specifier", type, name_field, with_body},
    {"namespace_definition", space},
    {"concept_definition", type},
    {"alias_declaration", name},
    {"type_definition", name, declarator_field},
    {"preproc_def", name},
    {"preproc_function_def", name},
    {"enumerator", name},
    {"field_declaration", name, declarator_field},
    {"declaration", name, declarator_field, outside_functions},
});

constexpr auto go_rules = std::to_array<SymbolRule>({
    {"function_declaration", function},
    {"method_declaration", function},
    {"type_spec", type},
    {"type_alias", name},
    {"const_spec", name, name_field, outside_functions},
    {"var_spec", name, name_field, outside_functions},
    {"field_declaration", name},
    {"method_elem", name},
});

constexpr auto java_rules = std::to_array<SymbolRule>({
    {"class_declaration", type},
    {"interface_declaration", type},
    {"enum_declaration", type},
    {"record_declaration", type},
    {"annotation_type_declaration", type},
    {"method_declaration", function},
    {"constructor_declaration", function},
    {"enum_constant", name},
    {"variable_declarator", name, name_field, outside_functions},
});

constexpr auto javascript_rules = std::to_array<SymbolRule>({
    {"function_declaration", function},
    {"generator_function_declaration", function},
    {"method_definition", function},
    {"class_declaration", type},
    {"abstract_class_declaration", type},
    {"interface_declaration", type},
    {"enum_declaration", type},
    {"type_alias_declaration", name},
    {"internal_module", space},
    {"module", space},
    {"function_signature", name},
    {"method_signature", name},
    {"property_signature", name},
    {"public_field_definition", name, name_field, with_function_value},
    {"field_definition", name, name_field, with_function_value},
    {"variable_declarator", name, name_field, with_function_value},
    {"assignment_expression", name, left_field, with_function_value},
    {"pair", name, name_field, with_function_value},
});

constexpr auto lua_rules = std::to_array<SymbolRule>({
    {"function_declaration", function},
    {"function_definition_statement", function},
    {"local_function_definition_statement", function},
});

constexpr auto php_rules = std::to_array<SymbolRule>({
    {"function_definition", function},
    {"method_declaration", function},
    {"class_declaration", type},
    {"interface_declaration", type},
    {"trait_declaration", type},
    {"enum_declaration", type},
    {"const_element", name, itself},
    {"property_element", name, itself},
});

constexpr auto python_rules = std::to_array<SymbolRule>({
    {"function_definition", function},
    {"class_definition", type},
    {"assignment", name, left_field, outside_functions},
});

constexpr auto ruby_rules = std::to_array<SymbolRule>({
    {"method", function},
    {"singleton_method", function},
    {"class", type},
    {"module", type},
    {"assignment", name, left_field, outside_functions},
});

constexpr auto rust_rules = std::to_array<SymbolRule>({
    {"function_item", function},
    {"function_signature_item", name},
    {"struct_item", type},
    {"enum_item", type},
    {"union_item", type},
    {"trait_item", type},
    {"impl_item", type, type_field},
    {"mod_item", space, name_field, with_body},
    {"macro_definition", function},
    {"const_item", name, name_field, outside_functions},
    {"static_item", name, name_field, outside_functions},
    {"type_item", name},
    {"field_declaration", name},
    {"enum_variant", name},
});

constexpr auto bash_rules = std::to_array<SymbolRule>({
    {"function_definition", function},
});

}  // namespace

std::span<const SymbolRule> symbol_rules(Language language) {
  switch (language) {
    case Language::bash:
      return bash_rules;
    case Language::c:
    case Language::cpp:
      return c_rules;
    case Language::go:
      return go_rules;
    case Language::java:
      return java_rules;
    case Language::javascript:
    case Language::tsx:
    case Language::typescript:
      return javascript_rules;
    case Language::lua:
      return lua_rules;
    case Language::php:
      return php_rules;
    case Language::python:
      return python_rules;
    case Language::ruby:
      return ruby_rules;
    case Language::rust:
      return rust_rules;
    case Language::other_code:
    case Language::prose:
    case Language::data:
      break;
  }
  return {};
}

bool nests_functions(Language language) {
  using enum Language;
  return language == python || language == javascript || language == typescript ||
         language == tsx || language == lua || language == ruby || language == php;
}

}  // namespace plim::index
