# The transports, driven from outside as strangers and client programs do, and their parts on their own (cmocka).
serenity_test(test_router LINKS http)
serenity_test(test_limits LINKS http)

# The feed knows the engine by its header alone; linking only what it needs shows that.
add_executable(test_feed test_feed.c ${CMAKE_SOURCE_DIR}/server/push/feed.c ${CMAKE_SOURCE_DIR}/server/push/frame.c
               ${CMAKE_SOURCE_DIR}/server/push/messages.c ${CMAKE_SOURCE_DIR}/server/push/numbers.c
               ${CMAKE_SOURCE_DIR}/server/core/change_row.c)
target_link_libraries(test_feed PRIVATE serenity_flags wire base PkgConfig::CMOCKA)
add_test(NAME test_feed COMMAND test_feed)
set_tests_properties(test_feed PROPERTIES LABELS api)

if(NOT TARGET serenityd)
  return()
endif()

find_program(SERENITY_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

function(serenity_api_test name)
  add_test(NAME api_${name} COMMAND ${SERENITY_PYTHON} -B -m unittest -v test_${name}
           WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(api_${name} PROPERTIES
    LABELS api
    TIMEOUT 280
    ENVIRONMENT "SERENITY_BIN=${CMAKE_BINARY_DIR}/bin;PYTHONPATH=${CMAKE_SOURCE_DIR}/tests/lib")
endfunction()

foreach(test changes http_answers http_guards http_hostile http_limits members serving sync_age sync_hostile sync_live
    sync_resume sync_scopes texts)
  serenity_api_test(${test})
endforeach()
