# words(NAME): texts a module carries: the words the model reads and catalogues. Every src/NAME/*.md,
# src/NAME/*.csv and src/NAME/prompts/*.md becomes a string_view in the generated header
# "NAME/words.hpp", named after its file: words::read.
function(words name)
  file(GLOB texts CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.md
       ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.csv ${CMAKE_CURRENT_SOURCE_DIR}/${name}/prompts/*.md)
  if(NOT texts)
    return()
  endif()
  set(header "// Generated from src/${name}/**/*.md and *.csv by cmake/words.cmake.\n#pragma once\n\n#include <string_view>\n\n")
  string(APPEND header "namespace plim::${name}::words {\n\n")
  foreach(text ${texts})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${text})
    get_filename_component(stem ${text} NAME_WE)
    file(READ ${text} body)
    string(STRIP "${body}" body)
    string(APPEND header "inline constexpr std::string_view ${stem} = R\"md(${body})md\";\n\n")
  endforeach()
  string(APPEND header "}  // namespace plim::${name}::words\n")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/words/${name}/words.hpp CONTENT "${header}" @ONLY)
  target_include_directories(plim_${name} PRIVATE ${PROJECT_BINARY_DIR}/words)
endfunction()
