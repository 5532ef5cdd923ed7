# cmake --install: the programs, their man pages and completions, the units, and the nginx file to copy from.
include(GNUInstallDirs)

foreach(program serenityd serenity)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
foreach(section 1 5 8)
  file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/assets/man/*.${section})
  install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
install(DIRECTORY ${CMAKE_SOURCE_DIR}/assets/systemd/ DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system
        FILES_MATCHING PATTERN "*.service" PATTERN "*.timer")
install(FILES ${CMAKE_SOURCE_DIR}/assets/nginx/serenity.conf DESTINATION ${CMAKE_INSTALL_DATADIR}/serenity)
