// The words after `vss`, and what they come to.
#ifndef VSS_APPS_VSS_COMMAND_LINE_H_
#define VSS_APPS_VSS_COMMAND_LINE_H_

namespace vss::apps {

int RunCommandLine(int argc, char** argv);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_COMMAND_LINE_H_
