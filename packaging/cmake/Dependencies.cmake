# SPDX-License-Identifier: GPL-3.0-or-later
# Outside libraries as imported targets. The wheel's own TorchConfig wants a CUDA toolkit, so the CPU build
# declares LibTorch itself: headers, libtorch_cpu and libc10.
find_package(Threads REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ZLIB REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PNG REQUIRED)
find_package(TIFF REQUIRED)
pkg_check_modules(TurboJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(WebP REQUIRED IMPORTED_TARGET libwebp)

if(DINOSCOPE_ENGINE)
    if(NOT EXISTS ${DINOSCOPE_TORCH_ROOT}/include/torch/csrc/api/include/torch/torch.h)
        message(FATAL_ERROR "LibTorch was not found in '${DINOSCOPE_TORCH_ROOT}'; run packaging/run or packaging/test, which install it")
    endif()
    add_library(dinoscope_libtorch INTERFACE)
    target_include_directories(dinoscope_libtorch SYSTEM INTERFACE
        ${DINOSCOPE_TORCH_ROOT}/include ${DINOSCOPE_TORCH_ROOT}/include/torch/csrc/api/include)
    cmake_path(GET DINOSCOPE_TORCH_ROOT PARENT_PATH site_packages)
    target_link_directories(dinoscope_libtorch INTERFACE ${DINOSCOPE_TORCH_ROOT}/lib)
    target_link_libraries(dinoscope_libtorch INTERFACE
        -Wl,--no-as-needed ${DINOSCOPE_TORCH_ROOT}/lib/libtorch_cpu.so ${DINOSCOPE_TORCH_ROOT}/lib/libc10.so
        ${DINOSCOPE_TORCH_ROOT}/lib/libgomp.so.1 -Wl,--as-needed)
    target_link_options(dinoscope_libtorch INTERFACE
        -Wl,-rpath,${DINOSCOPE_TORCH_ROOT}/lib -Wl,-rpath-link,${DINOSCOPE_TORCH_ROOT}/lib
        -Wl,-rpath-link,${site_packages}/nvidia/cu13/lib)
    find_package(OpenCV REQUIRED COMPONENTS core imgproc imgcodecs videoio)
    find_package(CLI11 REQUIRED)
    find_package(tomlplusplus QUIET)
    if(NOT TARGET tomlplusplus::tomlplusplus)
        add_library(tomlplusplus::tomlplusplus INTERFACE IMPORTED)
    endif()
endif()

if(DINOSCOPE_GUI)
    find_package(Qt6 REQUIRED COMPONENTS Core Gui Widgets PrintSupport Svg)
    find_package(QCustomPlotQt6 QUIET)
    if(NOT TARGET QCustomPlotQt6::QCustomPlotQt6)
        find_package(QCustomPlot REQUIRED)
    endif()
endif()

if(DINOSCOPE_TESTS)
    find_package(GTest REQUIRED)
    find_package(rapidcheck REQUIRED)
    if(DINOSCOPE_GUI)
        find_package(Qt6 REQUIRED COMPONENTS Test)
    endif()
endif()
