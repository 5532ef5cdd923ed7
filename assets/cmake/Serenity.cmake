# What every target is built with, and the one function that makes a folder a library.

add_library(serenity_flags INTERFACE)
target_include_directories(serenity_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(serenity_flags INTERFACE
  _GNU_SOURCE SERENITY_VERSION="${PROJECT_VERSION}" NCURSES_WIDECHAR=1)
target_compile_options(serenity_flags INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wvla -Wconversion -Wno-sign-conversion
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
  -Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef
  -Wimplicit-fallthrough -fno-common)

# Hardening belongs to every build; the sanitizers bring their own checks and dislike fortify.
target_compile_options(serenity_flags INTERFACE
  -fstack-protector-strong -fstack-clash-protection -fcf-protection=full
  -ftrivial-auto-var-init=zero)
if(CMAKE_C_COMPILER_ID STREQUAL "Clang" AND CMAKE_C_COMPILER_VERSION VERSION_LESS 16)
  target_compile_options(serenity_flags INTERFACE
    -enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang)
endif()
target_link_options(serenity_flags INTERFACE -Wl,-z,relro,-z,now -Wl,-z,noexecstack)
if(SERENITY_SANITIZE)
  target_compile_options(serenity_flags INTERFACE
    -fsanitize=${SERENITY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(serenity_flags INTERFACE -fsanitize=${SERENITY_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(serenity_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()

include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

# serenity_library(NAME LINKS ...): every .c of the current folder, linked to what it may use and no more.
function(serenity_library name)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE serenity_flags ${ARG_LINKS})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC serenity_flags ${ARG_LINKS})
endfunction()

# serenity_program(NAME SOURCES ... LINKS ...)
function(serenity_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE serenity_flags ${ARG_LINKS})
endfunction()
