# The targets every part of the program is built with. Options are targets, not global variables.

add_library(strict INTERFACE)
target_compile_options(strict INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes
  -Wmissing-prototypes -Wold-style-definition -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla
  -Wswitch-enum -Wdouble-promotion -Wpointer-arith
  # gcc's null analysis without optimisation reports paths that ASSERT has closed
  $<$<CONFIG:Release>:-Wnull-dereference>
  $<$<BOOL:${RECLOOP_WERROR}>:-Werror>)
target_compile_definitions(strict INTERFACE _XOPEN_SOURCE=700)

add_library(sanitize INTERFACE)
if(RECLOOP_SANITIZE)
  target_compile_options(sanitize INTERFACE
    -fsanitize=${RECLOOP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(sanitize INTERFACE -fsanitize=${RECLOOP_SANITIZE})
endif()
if(RECLOOP_COVERAGE)
  target_compile_options(sanitize INTERFACE --coverage)
  target_link_options(sanitize INTERFACE --coverage)
endif()

add_library(hardened INTERFACE)
target_compile_options(hardened INTERFACE
  $<$<CONFIG:Release>:-fstack-protector-strong> $<$<CONFIG:Release>:-U_FORTIFY_SOURCE>
  $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
target_link_options(hardened INTERFACE $<$<CONFIG:Release>:-pie> $<$<CONFIG:Release>:-Wl,-z,relro,-z,now>)

add_library(house INTERFACE)
target_include_directories(house INTERFACE ${PROJECT_SOURCE_DIR}/include)
target_compile_options(house INTERFACE -include ${PROJECT_SOURCE_DIR}/src/base/banned.h)
target_link_libraries(house INTERFACE strict sanitize hardened)

# add_layer(net SOURCES transfer.c … USES base http WRAPS CURL::libcurl)
# One static library for a folder of src/. USES are the layers of the table in the README (the
# `layering` test compares #include lines with it); WRAPS are third-party libraries, private to it.
function(add_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;USES;WRAPS" ${ARGN})
  add_library(layer_${name} STATIC ${LAYER_SOURCES})
  target_include_directories(layer_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(layer_${name} PRIVATE house ${LAYER_WRAPS})
  foreach(used IN LISTS LAYER_USES)
    target_link_libraries(layer_${name} PUBLIC layer_${used})
  endforeach()
endfunction()

# add_program(recloop SOURCES recloop.c USES cli console)
function(add_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES;USES;WRAPS" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  target_link_libraries(${name} PRIVATE house ${PROGRAM_WRAPS})
  foreach(used IN LISTS PROGRAM_USES)
    target_link_libraries(${name} PRIVATE layer_${used})
  endforeach()
endfunction()
