# Debian packages of the server, the command line and the client library: ./dev package

include(GNUInstallDirs)

# In the package only: an installation into a prefix stays in it.
install(FILES deploy/config.toml DESTINATION /etc/vss-server COMPONENT server EXCLUDE_FROM_ALL)
install(FILES deploy/vss-server.service DESTINATION /lib/systemd/system COMPONENT server
        EXCLUDE_FROM_ALL)
install(FILES README.md docs/configuration.md docs/operating.md docs/security.md deploy/grafana.json
        DESTINATION share/doc/vss-server COMPONENT server)
install(DIRECTORY docs/formats DESTINATION share/doc/vss-server COMPONENT server)

install(FILES docs/man/vss.1 DESTINATION share/man/man1 COMPONENT cli)
install(FILES docs/formats/backup-file.md DESTINATION share/doc/vss-cli COMPONENT cli)

set(soname_version "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
foreach(package IN ITEMS "server vss-server" "cli vss-cli" "libvss libvss${soname_version}"
                         "libvss-dev libvss-dev")
  separate_arguments(package)
  list(GET package 0 component)
  list(GET package 1 name)
  install(FILES deploy/debian/copyright DESTINATION "share/doc/${name}" COMPONENT "${component}")
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME vss-server)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_CONTACT "the vss maintainers <maintainers@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL server cli libvss libvss-dev)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_SERVER_PACKAGE_NAME vss-server)
set(CPACK_DEBIAN_SERVER_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_CLI_PACKAGE_NAME vss-cli)
set(CPACK_DEBIAN_CLI_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_SERVER_PACKAGE_DEPENDS adduser)
set(CPACK_COMPONENT_SERVER_DESCRIPTION
    "Versioned Storage Service for Lightning wallets\n Keeps the encrypted state of Lightning wallets: every write is acknowledged when it is safe, and\n one that would overwrite something newer is refused.")
set(CPACK_COMPONENT_CLI_DESCRIPTION
    "Command line for Versioned Storage Services\n Reads and writes what a Lightning wallet keeps there, backs it up, moves it to another provider, and\n looks inside the store of an LDK Node with its seed.")
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA
    "${CMAKE_SOURCE_DIR}/deploy/debian/postinst;${CMAKE_SOURCE_DIR}/deploy/debian/prerm;${CMAKE_SOURCE_DIR}/deploy/debian/postrm;${CMAKE_SOURCE_DIR}/deploy/debian/conffiles")
set(CPACK_DEBIAN_LIBVSS_PACKAGE_NAME "libvss${soname_version}")
set(CPACK_DEBIAN_LIBVSS_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_LIBVSS_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_LIBVSS_DESCRIPTION
    "Client library of the Versioned Storage Service\n Keeps the state of a Lightning wallet with a provider, sealed, and knows what became of every write.")
set(CPACK_DEBIAN_LIBVSS-DEV_PACKAGE_NAME libvss-dev)
set(CPACK_DEBIAN_LIBVSS-DEV_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_LIBVSS-DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBVSS-DEV_PACKAGE_DEPENDS "libvss${soname_version} (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_LIBVSS-DEV_DESCRIPTION
    "Client library of the Versioned Storage Service: development\n Headers, CMake package and pkg-config file.")
set(CPACK_STRIP_FILES ON)
include(CPack)
