# Debian packages, one of the server and one of the command line: ./dev package

include(GNUInstallDirs)

install(FILES deploy/config.toml DESTINATION /etc/vss-server COMPONENT server)
install(FILES deploy/vss-server.service DESTINATION /lib/systemd/system COMPONENT server)
install(FILES README.md docs/configuration.md docs/operating.md docs/security.md
        DESTINATION share/doc/vss-server COMPONENT server)

install(FILES docs/man/vss.1 DESTINATION share/man/man1 COMPONENT cli)
install(FILES docs/formats/backup-file.md DESTINATION share/doc/vss-cli COMPONENT cli)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME vss-server)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_CONTACT "the vss maintainers <maintainers@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL server cli)
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
set(CPACK_STRIP_FILES ON)
include(CPack)
