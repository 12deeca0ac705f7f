# vss_room(store ON core base PUBLIC vss/store.h LINK SQLite::SQLite3 PkgConfig::pq)
#
# One room of the house (ARCHITECTURE.md): every .cc of this folder, as the library `vss_store`.
# ON names the rooms it may include; tests/architecture compares every #include with that list.
# PUBLIC names the headers in include/ that describe this room to programs outside of this tree.
# LINK names what comes from outside.  Files called *_test.cc become the test program `store_test`.
# SKIP names folders that are targets of their own.
function(vss_room name)
  cmake_parse_arguments(ROOM "" "" "ON;PUBLIC;LINK;TEST_LINK;SKIP" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  foreach(folder ${ROOM_SKIP})
    list(FILTER sources EXCLUDE REGEX "/${folder}/")
  endforeach()
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  list(TRANSFORM ROOM_ON PREPEND vss_)
  if(sources)
    add_library(vss_${name} STATIC ${sources})
    target_include_directories(vss_${name} PUBLIC "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/include")
    target_link_libraries(vss_${name} PUBLIC ${ROOM_ON} PRIVATE ${ROOM_LINK})
  else()
    add_library(vss_${name} INTERFACE)
    target_include_directories(vss_${name} INTERFACE "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/include")
    target_link_libraries(vss_${name} INTERFACE ${ROOM_ON} ${ROOM_LINK})
  endif()

  if(VSS_TESTS AND tests)
    vss_test(${name}_test SOURCES ${tests} LINK vss_${name} ${ROOM_LINK} ${ROOM_TEST_LINK})
  endif()
endfunction()

# vss_test(name SOURCES a.cc b.cc LINK libraries): a GoogleTest program, known to ctest case by case.
# With WHOLE it runs as one test, for a program whose cases share something costly to start.
function(vss_test name)
  cmake_parse_arguments(TEST "WHOLE" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE ${TEST_LINK} vss_source_tree GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}")
  if(TEST_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 900)
  else()
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 300)
  endif()
endfunction()

# The one object that knows where the source tree is: every other one is the same in two checkouts,
# which then share a compiler cache.
if(VSS_TESTS OR VSS_BENCH)
  add_library(vss_source_tree STATIC "${CMAKE_SOURCE_DIR}/tests/support/source_tree.cc")
  target_include_directories(vss_source_tree PUBLIC "${CMAKE_SOURCE_DIR}")
  target_compile_definitions(vss_source_tree PRIVATE "VSS_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\"")
endif()
