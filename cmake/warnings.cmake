# Flags that every target of ours is built with; third-party headers are SYSTEM and exempt.
add_library(plim_flags INTERFACE)
target_compile_options(plim_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       # Designated initialisers name what differs from the defaults, on purpose.
                       -Wno-missing-field-initializers -Werror)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # TRY is a statement expression; for GCC its __extension__ says so already.
  target_compile_options(plim_flags INTERFACE -Wno-gnu-statement-expression-from-macro-expansion
                         -Wno-missing-designated-field-initializers)
endif()
if(PLIM_SANITIZE)
  target_compile_options(plim_flags INTERFACE -fsanitize=${PLIM_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(plim_flags INTERFACE -fsanitize=${PLIM_SANITIZE})
endif()
