# SPDX-License-Identifier: GPL-3.0-or-later
# Language, warnings, caches and sanitizers for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(DINOSCOPE_CCACHE ccache)
if(DINOSCOPE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The sloppiness is what ccache asks for with precompiled headers.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${DINOSCOPE_CCACHE})
endif()

# One set of code-generation flags for libraries and programs, so that they can share a precompiled header.
add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:-fPIC;-Wall;-Wextra>"
    $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>
    "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-fPIC,-Wall,-Wextra>")
if(DINOSCOPE_TESTS) # a compiler that warns of more keeps nobody from using the program
    add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:-Werror;-Wno-error=deprecated-declarations>"
        "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Werror;-Werror=all-warnings>")
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 at -O3 takes concatenations of texts for copies of endless length.
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-array-bounds> $<$<COMPILE_LANGUAGE:CXX>:-Wno-stringop-overflow>
        $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
endif()

if(DINOSCOPE_SANITIZER MATCHES "address|thread")
    # GCC's manual: under a sanitizer this warning is often wrong. The builds without one have it.
    add_compile_options(-Wno-maybe-uninitialized)
endif()
if(DINOSCOPE_SANITIZER STREQUAL "address")
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
elseif(DINOSCOPE_SANITIZER STREQUAL "thread")
    add_compile_options(-fsanitize=thread)
    add_link_options(-fsanitize=thread)
elseif(DINOSCOPE_SANITIZER STREQUAL "fuzzer")
    add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
elseif(DINOSCOPE_SANITIZER)
    message(FATAL_ERROR "DINOSCOPE_SANITIZER must be empty, address, thread or fuzzer, not '${DINOSCOPE_SANITIZER}'")
endif()
