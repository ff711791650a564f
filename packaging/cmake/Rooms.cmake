# SPDX-License-Identifier: GPL-3.0-or-later
# A room is one static library: dinoscope_room(name [TORCH] [QT] SOURCES ... PUBLIC ... PRIVATE ...).
# TORCH rooms see LibTorch privately and share one precompiled header; nobody who links a room inherits torch's
# include folders, except other TORCH rooms.
include(GNUInstallDirs)

# Headers that take long to read, precompiled once for all targets of a kind.
function(dinoscope_precompile target kind)
    cmake_parse_arguments(ARG "" "" "HEADERS;LIBRARIES" ${ARGN})
    set(carrier dinoscope_${kind}_pch)
    if(NOT TARGET ${carrier})
        set(source ${CMAKE_BINARY_DIR}/${kind}_pch.cpp)
        file(CONFIGURE OUTPUT ${source} CONTENT "// Carrier of a precompiled header.\n")
        add_library(${carrier} OBJECT ${source})
        target_link_libraries(${carrier} PRIVATE ${ARG_LIBRARIES})
        if(kind STREQUAL "qt")
            target_compile_definitions(${carrier} PRIVATE QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII)
        endif()
        target_precompile_headers(${carrier} PRIVATE ${ARG_HEADERS})
    endif()
    target_precompile_headers(${target} REUSE_FROM ${carrier})
endfunction()

set(DINOSCOPE_STANDARD_HEADERS <filesystem> <functional> <map> <memory> <optional> <string> <variant> <vector>)

function(dinoscope_use_torch target)
    target_link_libraries(${target} PRIVATE dinoscope_libtorch)
    dinoscope_precompile(${target} torch HEADERS <torch/torch.h> LIBRARIES dinoscope_libtorch)
endfunction()

function(dinoscope_configure target)
    cmake_parse_arguments(ARG "TORCH;QT" "TIMEOUT" "SOURCES;PUBLIC;PRIVATE;LABELS" ${ARGN})
    target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} PRIVATE ${ARG_PRIVATE})
    if(ARG_TORCH)
        dinoscope_use_torch(${target})
    endif()
    if(ARG_QT)
        # moc of Qt 6.4 cannot parse libstdc++'s <concepts>; it is told that it has seen that header.
        set_target_properties(${target} PROPERTIES AUTOMOC ON AUTORCC ON AUTOMOC_MOC_OPTIONS "-D_GLIBCXX_CONCEPTS")
        target_compile_definitions(${target} PRIVATE QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII)
        dinoscope_precompile(${target} qt HEADERS <QtWidgets> ${DINOSCOPE_STANDARD_HEADERS} LIBRARIES Qt6::Widgets)
    endif()
endfunction()

function(dinoscope_room name)
    cmake_parse_arguments(ARG "TORCH;QT" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    dinoscope_configure(${name} ${ARGN})
    target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} Threads::Threads)
endfunction()

# What a test sees: no display, patient OpenMP threads, and settings of its own instead of the person's.
set(DINOSCOPE_TEST_ENVIRONMENT QT_QPA_PLATFORM=offscreen OMP_WAIT_POLICY=PASSIVE LC_ALL=C.UTF-8
    XDG_CONFIG_HOME=${CMAKE_BINARY_DIR}/test-home/config XDG_DATA_HOME=${CMAKE_BINARY_DIR}/test-home/data XDG_STATE_HOME=${CMAKE_BINARY_DIR}/test-home/state)

# dinoscope_test(name [TORCH] [QT] SOURCES ... PRIVATE rooms...): one GoogleTest program, registered as one ctest test a suite program.
function(dinoscope_test name)
    cmake_parse_arguments(ARG "TORCH;QT" "TIMEOUT" "SOURCES;PRIVATE;LABELS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    dinoscope_configure(${name} ${ARGN})
    if(ARG_QT)
        target_link_libraries(${name} PRIVATE GTest::gtest GTest::gmock Qt6::Test)
        if(DINOSCOPE_SANITIZER STREQUAL "thread")
            target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/qt_in_one_thread.cpp)
        endif()
    else()
        target_link_libraries(${name} PRIVATE GTest::gtest_main GTest::gmock)
        if(NOT ARG_TORCH)
            dinoscope_precompile(${name} gtest HEADERS <gmock/gmock.h> <gtest/gtest.h> ${DINOSCOPE_STANDARD_HEADERS}
                LIBRARIES GTest::gmock GTest::gtest Threads::Threads)
        endif()
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 300)
    endif()
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
        ENVIRONMENT "${DINOSCOPE_TEST_ENVIRONMENT};DINOSCOPE_SOURCE=${PROJECT_SOURCE_DIR}")
endfunction()
