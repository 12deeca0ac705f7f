# libvss: the client's rooms as one shared library, with the headers in include/vss as its surface.
#
# It is shared so that a wallet links one thing: what the rooms stand on is libvss's own business.
# cmake/libvss/exports.map says which symbols leave it.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(exports "${CMAKE_SOURCE_DIR}/cmake/libvss/exports.map")
# All of the rooms that have public headers, and what these need of the others.
add_library(libvss SHARED
  $<TARGET_OBJECTS:vss_base> $<TARGET_OBJECTS:vss_crypto> $<TARGET_OBJECTS:vss_seal>
  $<TARGET_OBJECTS:vss_client> $<TARGET_OBJECTS:vss_client_curl>)
add_library(vss::vss ALIAS libvss)
# Until 1.0 every minor version may break programs that were compiled with another.
set_target_properties(libvss PROPERTIES
  OUTPUT_NAME vss EXPORT_NAME vss VERSION "${PROJECT_VERSION}"
  SOVERSION "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}" LINK_DEPENDS "${exports}"
  LINKER_LANGUAGE CXX)
target_link_libraries(libvss PRIVATE vss_client_curl vss_client vss_seal)
target_link_options(libvss PRIVATE "LINKER:--version-script,${exports}")
target_include_directories(libvss INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_compile_features(libvss INTERFACE cxx_std_20)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/vss")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/vssConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
# As seen from the folder of vss.pc, so that it is right wherever it is unpacked.
file(RELATIVE_PATH VSS_UP_TO_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(cmake/libvss/vss.pc.in "${CMAKE_BINARY_DIR}/vss.pc" @ONLY)
install(TARGETS libvss EXPORT vss
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT libvss NAMELINK_COMPONENT libvss-dev)
install(DIRECTORY include/vss DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT libvss-dev)
install(EXPORT vss FILE vssConfig.cmake NAMESPACE vss:: DESTINATION "${package_folder}"
        COMPONENT libvss-dev)
install(FILES "${CMAKE_BINARY_DIR}/vssConfigVersion.cmake" DESTINATION "${package_folder}"
        COMPONENT libvss-dev)
install(FILES "${CMAKE_BINARY_DIR}/vss.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
        COMPONENT libvss-dev)
