# cmake --install: the programs, their man pages and completions, the units, and the nginx file to copy from. Man pages
# and completions are made by the programs themselves.
include(GNUInstallDirs)

install(DIRECTORY ${CMAKE_SOURCE_DIR}/assets/systemd/ DESTINATION lib/systemd/system
        FILES_MATCHING PATTERN "*.service" PATTERN "*.timer")
install(FILES ${CMAKE_SOURCE_DIR}/assets/nginx/serenity.conf DESTINATION ${CMAKE_INSTALL_DATADIR}/serenity)
install(TARGETS serenityd serenity RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

if(SERENITY_SANITIZE)
  return()
endif()

set(made ${CMAKE_BINARY_DIR}/made)
file(MAKE_DIRECTORY ${made})

# serenity_man(PROGRAM SECTION)
function(serenity_man program section)
  set(page ${made}/${program}.${section})
  set(template ${CMAKE_SOURCE_DIR}/assets/man/${program}.${section}.in)
  add_custom_command(OUTPUT ${page}
    COMMAND ${CMAKE_SOURCE_DIR}/assets/man/make ${template} $<TARGET_FILE:${program}> ${page} ${PROJECT_VERSION}
    DEPENDS ${program} ${template} ${CMAKE_SOURCE_DIR}/assets/man/make VERBATIM)
  add_custom_target(man_${program} ALL DEPENDS ${page})
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endfunction()
serenity_man(serenityd 8)
serenity_man(serenity 1)

# serenity_completions(SHELL FILE FOLDER)
function(serenity_completions shell file folder)
  add_custom_command(OUTPUT ${made}/${shell}/${file}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${made}/${shell}
    COMMAND serenity completions ${shell} > ${made}/${shell}/${file}
    DEPENDS serenity)
  add_custom_target(completions_${shell} ALL DEPENDS ${made}/${shell}/${file})
  install(FILES ${made}/${shell}/${file} DESTINATION ${folder})
endfunction()
serenity_completions(bash serenity ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
serenity_completions(zsh _serenity ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
serenity_completions(fish serenity.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
