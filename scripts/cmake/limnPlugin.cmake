# limn_add_plugin(NAME SOURCE …): builds NAME.so, a plugin for limn, as a target of that name. Sources may be C11 or
# C++20; the header is <limn/limn.h>.
function(limn_add_plugin name)
    add_library(${name} MODULE ${ARGN})
    target_link_libraries(${name} PRIVATE limn::limn)
    target_compile_features(${name} PRIVATE c_std_11)
    set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so" C_VISIBILITY_PRESET hidden
        CXX_VISIBILITY_PRESET hidden CXX_STANDARD 20 POSITION_INDEPENDENT_CODE ON)
endfunction()
