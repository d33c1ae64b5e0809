# The page that the server shows. LIMN_UI=AUTO builds it where scripts/setup-ui has fetched what that takes, and leaves it
# out elsewhere; ON insists; OFF leaves it out. Either way limn_ui_source is a table of files for web/server/ui.c.
set(LIMN_UI AUTO CACHE STRING "The page: AUTO, ON or OFF")
set(limn_ui_source ${CMAKE_CURRENT_BINARY_DIR}/ui_files.c)
set(limn_ui_fetched ${PROJECT_SOURCE_DIR}/build/ui)
set(limn_ui_embed ${PROJECT_SOURCE_DIR}/scripts/cmake/embed_ui.py)

if(LIMN_UI STREQUAL "ON" AND NOT EXISTS ${limn_ui_fetched}/.packages)
    message(FATAL_ERROR "LIMN_UI=ON, but what builds the page is not in build/ui; scripts/setup-ui fetches it")
endif()
if(NOT LIMN_UI STREQUAL "OFF" AND EXISTS ${limn_ui_fetched}/.packages)
    file(GLOB_RECURSE limn_ui_sources CONFIGURE_DEPENDS ui/src/* ui/public/*)
    add_custom_command(OUTPUT ${limn_ui_source}
        COMMAND ${PROJECT_SOURCE_DIR}/scripts/build-ui
        COMMAND Python3::Interpreter ${limn_ui_embed} ${limn_ui_source} ${limn_ui_fetched}/dist
        DEPENDS ${limn_ui_embed} ${PROJECT_SOURCE_DIR}/scripts/build-ui ${limn_ui_fetched}/.packages ${limn_ui_sources}
                ui/index.html ui/package-lock.json ui/vite.config.ts
        VERBATIM)
else()
    if(LIMN_UI STREQUAL "AUTO")
        message(STATUS "limn is built without its canvas; scripts/setup-ui fetches what it takes")
    endif()
    add_custom_command(OUTPUT ${limn_ui_source}
        COMMAND Python3::Interpreter ${limn_ui_embed} ${limn_ui_source} DEPENDS ${limn_ui_embed} VERBATIM)
endif()
