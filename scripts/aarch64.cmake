# aarch64.cmake: builds for 64-bit ARM with Debian's cross compiler against the libraries that
# scripts/test-aarch64 unpacked into LIMN_ARM_ROOT, and runs what was built under qemu-user.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)

set(LIMN_ARM_ROOT $ENV{LIMN_ARM_ROOT})
set(CMAKE_FIND_ROOT_PATH ${LIMN_ARM_ROOT} /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${LIMN_ARM_ROOT})
set(ENV{PKG_CONFIG_LIBDIR} ${LIMN_ARM_ROOT}/usr/lib/aarch64-linux-gnu/pkgconfig)
set(CMAKE_C_FLAGS_INIT "-isystem ${LIMN_ARM_ROOT}/usr/include/aarch64-linux-gnu")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,-rpath-link,${LIMN_ARM_ROOT}/usr/lib/aarch64-linux-gnu")

set(CMAKE_CROSSCOMPILING_EMULATOR
    qemu-aarch64 -L /usr/aarch64-linux-gnu -E LD_LIBRARY_PATH=${LIMN_ARM_ROOT}/usr/lib/aarch64-linux-gnu)
