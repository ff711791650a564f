// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/picture_file.h"

#include "engine/data/folder_scan.h"
#include "engine/data/picture_decoder.h"
#include "engine/data/picture_error.h"
#include "engine/data/stored_bytes.h"
#include "engine/support/check.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

namespace dinoscope {
namespace {

Error refusal(ErrorCode code, const std::string& name, const std::string& what) {
    return Error{code, "data", name + " " + what, {}, {}};
}

/// What a person who chose this file can do about it; of files of a set the loaders say other things.
std::optional<Error> obstacle(const std::string& path, const std::string& name) {
    std::error_code failure;
    const std::filesystem::file_status status = std::filesystem::status(path, failure);
    if (std::filesystem::is_directory(status))
        return refusal(ErrorCode::badInput, name,
                       "is a folder: choose one picture in it, or open the folder as the pictures of a new run");
    if (status.type() == std::filesystem::file_type::not_found)
        return refusal(ErrorCode::notFound, name, "does not exist: choose a file that is there");
    if (!failure && !std::filesystem::is_regular_file(status))
        return refusal(ErrorCode::badInput, name, "is not a file: choose a picture file");
    if (failure || faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0) {
        const std::string reason = failure ? failure.message() : std::string(std::strerror(errno));
        return refusal(ErrorCode::io, name,
                       "cannot be read: " + reason + "; give yourself the right to read it, or choose another picture");
    }
    return std::nullopt;
}

} // namespace

std::variant<Image, Error> readPictureFile(const std::string& path, bool officialLoading) {
    const std::string name = printableText(path);
    try {
        if (auto error = obstacle(path, name))
            return *error;
        Image picture;
        decodePicture(storedFile(path, name), name, picture, PictureLoading{officialLoading});
        checkShortestSide(picture, name);
        return picture;
    } catch (const EngineError& error) {
        return error.error();
    } catch (const std::bad_alloc&) {
        return refusal(ErrorCode::io, name,
                       "does not fit into the memory that is left: close other programs or choose a smaller picture");
    } catch (const std::exception& error) {
        return refusal(ErrorCode::internal, name, std::string("cannot be decoded: ") + error.what());
    }
}

} // namespace dinoscope
