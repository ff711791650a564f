# SPDX-License-Identifier: GPL-3.0-or-later
# Own CUDA kernels live in one shared object, libdinoscope_cuda.so beside the programs, which is opened at run time when
# the device 'cuda' is chosen (engine/kernels/cuda_plugin.h). The programs therefore need no CUDA library.
set(DINOSCOPE_CUDA "AUTO" CACHE STRING "Build the CUDA kernels: AUTO (when nvcc 13 is there), ON or OFF")
set_property(CACHE DINOSCOPE_CUDA PROPERTY STRINGS AUTO ON OFF)
set(DINOSCOPE_WITH_CUDA OFF)
if(DINOSCOPE_ENGINE AND NOT DINOSCOPE_CUDA STREQUAL "OFF")
    find_program(DINOSCOPE_NVCC nvcc HINTS ENV CUDA_HOME PATHS /usr/local/cuda PATH_SUFFIXES bin)
    set(nvcc_says "")
    if(DINOSCOPE_NVCC)
        execute_process(COMMAND ${DINOSCOPE_NVCC} --version OUTPUT_VARIABLE nvcc_says ERROR_QUIET)
    endif()
    if(nvcc_says MATCHES "release 13\\.")
        set(DINOSCOPE_WITH_CUDA ON)
        set(CMAKE_CUDA_COMPILER ${DINOSCOPE_NVCC})
        # Real code for one card of each generation, which its siblings run too; the last entry also as PTX for later ones.
        if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
            set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 90-real 100-real 120)
        endif()
        set(CMAKE_CUDA_STANDARD 20)
        set(CMAKE_CUDA_STANDARD_REQUIRED ON)
        set(CMAKE_CUDA_RUNTIME_LIBRARY None) # the runtime is the one that LibTorch loads
        enable_language(CUDA)
    elseif(DINOSCOPE_CUDA STREQUAL "ON")
        message(FATAL_ERROR "DINOSCOPE_CUDA is ON, but nvcc 13 was not found; put it on the PATH or set CUDA_HOME")
    endif()
endif()

# dinoscope_cuda_plugin(SOURCES ...): the shared object. Files ending in .cu are compiled by nvcc and see no LibTorch header, which
# keeps them quick to build; the .cpp files around them speak to LibTorch. Does nothing without nvcc.
function(dinoscope_cuda_plugin)
    if(NOT DINOSCOPE_WITH_CUDA)
        return()
    endif()
    cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
    add_library(dinoscope_cuda MODULE ${ARG_SOURCES})
    target_include_directories(dinoscope_cuda PRIVATE ${PROJECT_SOURCE_DIR})
    target_include_directories(dinoscope_cuda SYSTEM PRIVATE ${CMAKE_CUDA_TOOLKIT_INCLUDE_DIRECTORIES}
        ${DINOSCOPE_TORCH_ROOT}/include ${DINOSCOPE_TORCH_ROOT}/include/torch/csrc/api/include)
    set_target_properties(dinoscope_cuda PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
    cmake_path(GET DINOSCOPE_TORCH_ROOT PARENT_PATH site_packages)
    set(runtime ${site_packages}/nvidia/cu13/lib)
    # libtorch_cuda needs cuDNN, cuBLAS and more, which the build does not: they are found when the object is opened.
    target_link_options(dinoscope_cuda PRIVATE -Wl,--allow-shlib-undefined
        -Wl,-rpath,${DINOSCOPE_TORCH_ROOT}/lib -Wl,-rpath,${runtime})
    target_link_libraries(dinoscope_cuda PRIVATE -Wl,--no-as-needed
        ${DINOSCOPE_TORCH_ROOT}/lib/libtorch_cuda.so ${DINOSCOPE_TORCH_ROOT}/lib/libc10_cuda.so
        ${DINOSCOPE_TORCH_ROOT}/lib/libtorch_cpu.so ${DINOSCOPE_TORCH_ROOT}/lib/libc10.so
        ${runtime}/libcudart.so.13 -Wl,--as-needed)
endfunction()
