# Warnings are errors; ccache and mold make builds quick where they are installed.

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()

# Programs that are shipped are linked by the distribution's linker, as everything else is there.
find_program(MOLD mold)
if(MOLD AND NOT CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_link_options(-fuse-ld=mold)
endif()

# Paths in diagnostics and debug information start at the source tree: builds of two checkouts are
# the same, and share a compiler cache.
# Members left out of a designated initialiser have their defaults: that is what it is for.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror
                    -Wno-missing-field-initializers
                    "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")

if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_compile_options(-O2 -g1 -fstack-protector-strong -D_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro,-z,now)
  # GCC 12 takes an atomic in a moved vector element for one of no size, GCC 14 what a variant does
  # not hold for uninitialised.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-stringop-overflow -Wno-maybe-uninitialized)
  endif()
endif()

if(VSS_SANITIZE)
  add_compile_options("-fsanitize=${VSS_SANITIZE}" -fno-omit-frame-pointer -fno-sanitize-recover=all -O1)
  add_link_options("-fsanitize=${VSS_SANITIZE}")
  # GCC 12 sees uninitialised members in moved-from variants and optionals under the sanitizers.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)
    if(VSS_SANITIZE MATCHES "thread")
      add_compile_options(-Wno-tsan)
    endif()
  endif()
endif()

if(VSS_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
