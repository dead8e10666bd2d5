# Flags that every target of ours is built with; third-party headers are SYSTEM and exempt.
add_library(plim_flags INTERFACE)
target_compile_options(plim_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       -Wno-gnu-statement-expression-from-macro-expansion -Wno-gnu-statement-expression
                       # Designated initialisers name what differs from the defaults, on purpose.
                       -Wno-missing-field-initializers -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # TRY is a statement expression; __extension__ silences -Wpedantic for it already.
  target_compile_options(plim_flags INTERFACE -Wno-unknown-warning-option)
endif()
if(PLIM_SANITIZE)
  target_compile_options(plim_flags INTERFACE -fsanitize=${PLIM_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(plim_flags INTERFACE -fsanitize=${PLIM_SANITIZE})
endif()
