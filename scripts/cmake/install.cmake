# cmake --install build/release --prefix DIR: the program, what plugins are built with, and what one can begin with.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS limn RUNTIME)
install(DIRECTORY plugins/include/limn TYPE INCLUDE)
install(FILES README.md README.zh-CN.md LICENSE TYPE DOC)
install(DIRECTORY docs/ TYPE DOC FILES_MATCHING PATTERN "*.md" PATTERN "*.png")

set(limn_share ${CMAKE_INSTALL_DATADIR}/limn)
install(FILES models/checkpoints/limn-shapes.safetensors DESTINATION ${limn_share}/models/checkpoints)
install(DIRECTORY workflows DESTINATION ${limn_share} FILES_MATCHING PATTERN "*.json")
install(DIRECTORY plugins/template plugins/examples DESTINATION ${limn_share}/plugins)

set(limn_package ${CMAKE_INSTALL_LIBDIR}/cmake/limn)
configure_package_config_file(scripts/cmake/limnConfig.cmake.in limnConfig.cmake INSTALL_DESTINATION ${limn_package}
    PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_BINDIR NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(limnConfigVersion.cmake COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/limnConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/limnConfigVersion.cmake
              scripts/cmake/limnPlugin.cmake DESTINATION ${limn_package})
file(RELATIVE_PATH limn_up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" limn_up "${limn_up}")
configure_file(scripts/cmake/limn.pc.in limn.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/limn.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The program writes its own completion.
if(NOT CMAKE_CROSSCOMPILING)
    foreach(shell bash fish)
        set(limn_completion_bash ${CMAKE_INSTALL_DATADIR}/bash-completion/completions/limn)
        set(limn_completion_fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d/limn.fish)
        install(CODE "
            set(file \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${limn_completion_${shell}}\")
            get_filename_component(folder \"\${file}\" DIRECTORY)
            file(MAKE_DIRECTORY \"\${folder}\")
            execute_process(COMMAND \"$<TARGET_FILE:limn>\" completion ${shell} OUTPUT_FILE \"\${file}\"
                            COMMAND_ERROR_IS_FATAL ANY)
            message(STATUS \"Installing: \${file}\")")
    endforeach()
endif()
