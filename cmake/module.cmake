# module(NAME deps… [LIBS libraries…]): src/NAME/*.cpp becomes the library plim_NAME, its
# *_test.cpp the program NAME_test. A module may include only the modules it names here;
# scripts/check_layers.py reads these same lines and fails on any other include.
function(module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*_test.cpp)
  list(REMOVE_ITEM sources ${tests})
  if(NOT sources)
    return()
  endif()
  list(TRANSFORM arg_UNPARSED_ARGUMENTS PREPEND plim_)

  add_library(plim_${name} STATIC ${sources})
  target_include_directories(plim_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(plim_${name} PUBLIC ${arg_UNPARSED_ARGUMENTS}
                        PRIVATE ${arg_LIBS} plim_flags Threads::Threads)
  words(${name})
  if(BUILD_TESTING AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE plim_${name} ${arg_LIBS} plim_flags
                          GTest::gmock GTest::gtest_main Threads::Threads)
    target_compile_definitions(${name}_test PRIVATE PLIM_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                               PLIM_BINARY_DIR="${PROJECT_BINARY_DIR}")
    # What is DISABLED_ is the other process of some test, not a test.
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}." TEST_FILTER "-*DISABLED_*"
                         DISCOVERY_MODE PRE_TEST
                         PROPERTIES TIMEOUT 300)
  endif()
endfunction()
