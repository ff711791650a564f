// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/format_error.h"

#include "engine/support/check.h"

#include <cstring>

namespace dinoscope {
namespace {

std::string quoted(const std::string& path) {
    std::string text(1, '\'');
    text += path;
    text += "' ";
    return text;
}

} // namespace

std::string shownName(std::string_view name) {
    constexpr std::size_t kShown = 80;
    std::string text(1, '\'');
    for (char c : name.substr(0, kShown))
        text += (c >= 32 && c < 127) ? c : '?';
    text += name.size() > kShown ? "...'" : "'";
    return text;
}

void throwBadFile(const std::string& path, std::string_view what, std::string_view advice) {
    std::string message = quoted(path);
    message.append(what).append(". ").append(advice);
    throw EngineError(ErrorCode::badInput, "formats", message);
}

void throwIoFailure(const std::string& path, std::string_view doing, std::string_view reason) {
    std::string message = quoted(path);
    message.append("could not be ").append(doing).append(": ").append(reason);
    message.append(". Check the path, the permissions and the free space.");
    throw EngineError(ErrorCode::io, "formats", message);
}

void throwIoFailure(const std::string& path, std::string_view doing, int systemError) {
    throwIoFailure(path, doing, std::string_view(std::strerror(systemError)));
}

} // namespace dinoscope
