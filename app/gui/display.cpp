// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/display.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace dinoscope {
namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

bool connects(const std::string& path, bool isAbstract) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true; // cannot tell
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t offset = isAbstract ? 1 : 0;
    std::memcpy(address.sun_path + offset, path.data(), std::min(path.size(), sizeof address.sun_path - 2));
    const auto size =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + offset + path.size() + (isAbstract ? 0 : 1));
    const bool open = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0;
    ::close(fd);
    return open;
}

/// Whether the X server of a local display such as ":0" listens. Displays of other machines are taken on trust.
bool answers(const std::string& display) {
    if (display.empty() || display.front() != ':')
        return !display.empty();
    const std::string path = "/tmp/.X11-unix/X" + display.substr(1, display.find('.') - 1);
    return connects(path, false) || connects(path, true);
}

} // namespace

std::string missingDisplay(const std::vector<std::string>& qtArguments) {
    const bool chosen = std::any_of(qtArguments.begin(), qtArguments.end(),
                                    [](const std::string& word) { return word.find("platform") != std::string::npos; });
    if (chosen || !variable("QT_QPA_PLATFORM").empty() || !variable("WAYLAND_DISPLAY").empty() ||
        answers(variable("DISPLAY")))
        return {};
    const std::string display = variable("DISPLAY");
    return (display.empty() ? "There is no display here" : "The display '" + display + "' does not answer") +
           ": use dinoscope-cli, which needs none, or a virtual one from Xvfb (xvfb-run dinoscope).";
}

} // namespace dinoscope
