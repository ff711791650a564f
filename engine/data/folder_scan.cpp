// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/folder_scan.h"

#include "engine/data/open_watch.h"
#include "engine/support/check.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include <sys/stat.h>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;

/// What a folder holds, sorted by name.
struct Contents {
    std::vector<std::pair<std::string, std::int64_t>> files; ///< name, bytes
    std::vector<std::string> folders;
    std::vector<ScanReport::Problem> unusable; ///< but for folders
    std::int64_t otherFiles = 0;
};

const char* kindWord(mode_t mode) { return S_ISFIFO(mode) ? "a pipe" : S_ISSOCK(mode) ? "a socket" : "a device"; }

ScanReport::Problem misnomer(std::string path, std::string what) {
    return {std::move(path), PictureVerdict::unreadable,
            "This is " + what + ", though it has the name of a picture: rename it."};
}

/// The ending of a name in small letters, with its dot; empty if it has none.
std::string endingOf(const std::string& name) {
    const std::size_t dot = name.rfind('.');
    std::string ending = dot == std::string::npos ? "" : name.substr(dot);
    for (char& c : ending)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return ending;
}

Contents contentsOf(const fs::path& folder, OpenWatch* watch) {
    Contents contents;
    std::error_code error;
    fs::directory_iterator place(folder, error);
    for (; !error && place != fs::directory_iterator(); place.increment(error)) {
        const std::string name = place->path().filename().string();
        if (name.starts_with('.'))
            continue;
        const std::size_t before = contents.files.size();
        struct stat about {};
        const bool exists = stat(place->path().c_str(), &about) == 0;
        if (exists && S_ISDIR(about.st_mode))
            contents.folders.push_back(name);
        else if (const std::string_view kind = unreadKind(name); !kind.empty() && exists && S_ISREG(about.st_mode))
            contents.unusable.push_back(unreadPicture(name, kind));
        else if (!isPictureName(name))
            contents.otherFiles += exists && S_ISREG(about.st_mode);
        else if (exists && !S_ISREG(about.st_mode))
            contents.unusable.push_back(misnomer(name, kindWord(about.st_mode)));
        else
            contents.files.emplace_back(name, exists ? static_cast<std::int64_t>(about.st_size) : 0);
        if (watch)
            watch->listed(static_cast<std::int64_t>(contents.files.size() - before));
    }
    if (error)
        throw EngineError(ErrorCode::io, "data",
                          printableText(folder.string()) + " cannot be read: " + error.message() +
                              "; change the rights of that folder or move it away");
    std::sort(contents.files.begin(), contents.files.end());
    std::sort(contents.unusable.begin(), contents.unusable.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    std::sort(contents.folders.begin(), contents.folders.end());
    return contents;
}

/// Collects the pictures of one tree of folders.
class TreeWalk {
public:
    TreeWalk(fs::path root, FolderListing& listing, OpenWatch* watch)
        : root_(std::move(root)), listing_(listing), watch_(watch) {
        enters("");
    }

    /// Takes the folder `below` (a path below the root) and what is under it.
    void take(const std::string& below, std::int32_t label) {
        if (enters(below))
            add(below, label, contentsOf(root_ / below, watch_));
    }

    /// take() for a folder whose contents are known.
    void add(const std::string& below, std::int32_t label, const Contents& contents) {
        const std::string prefix = below.empty() ? "" : below + "/";
        for (const auto& [name, bytes] : contents.files) {
            std::string path = prefix;
            path += name;
            listing_.files.push_back({std::move(path), bytes, label});
        }
        noteRest(contents, prefix);
        for (const std::string& name : contents.folders) {
            std::string path = prefix;
            path += name;
            const std::size_t before = listing_.files.size();
            take(path, label);
            if (isPictureName(name) && listing_.files.size() == before)
                listing_.unusable.push_back(misnomer(path, "a folder"));
        }
    }

    /// Notes what is no picture in a folder whose path below the root, with a slash behind it, is `prefix`.
    void noteRest(const Contents& contents, const std::string& prefix) {
        listing_.otherFiles += contents.otherFiles;
        for (ScanReport::Problem problem : contents.unusable) {
            problem.path.insert(0, prefix);
            listing_.unusable.push_back(std::move(problem));
        }
    }

private:
    /// False for a folder that has been taken already, under whatever name.
    bool enters(const std::string& below) {
        struct stat about {};
        return stat((root_ / below).c_str(), &about) == 0 && seen_.emplace(about.st_dev, about.st_ino).second;
    }

    const fs::path root_;
    FolderListing& listing_;
    OpenWatch* const watch_;
    std::set<std::pair<dev_t, ino_t>> seen_;
};

/// Number of bytes of the UTF-8 character at `at`; 0 if there is none (RFC 3629).
std::size_t characterLength(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const unsigned first = byte(at);
    if (first < 0x80)
        return 1;
    const std::size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                               : first >= 0xe0 && first <= 0xef ? 3
                               : first >= 0xf0 && first <= 0xf4 ? 4
                                                                : 0;
    for (std::size_t i = 1; i < length; ++i)
        if (byte(at + i) < 0x80 || byte(at + i) > 0xbf)
            return 0;
    const unsigned second = byte(at + 1);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool outside = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
    return overlong || outside ? 0 : length;
}

} // namespace

bool isPictureName(const std::string& name) {
    static constexpr std::array<std::string_view, 7> endings{".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"};
    return std::find(endings.begin(), endings.end(), endingOf(name)) != endings.end();
}

std::string_view unreadKind(const std::string& name) {
    struct Ending {
        std::string_view ending, kind;
    };
    static constexpr std::array<Ending, 29> endings{
        {{".gif", "GIF"},       {".heic", "HEIF"},     {".heif", "HEIF"},   {".avif", "AVIF"},   {".jp2", "JPEG 2000"},
         {".j2k", "JPEG 2000"}, {".jpx", "JPEG 2000"}, {".jxl", "JPEG XL"}, {".jxr", "JPEG XR"}, {".psd", "Photoshop"},
         {".xcf", "GIMP"},      {".ppm", "PPM"},       {".pgm", "PGM"},     {".pbm", "PBM"},     {".pnm", "PNM"},
         {".tga", "Targa"},     {".pcx", "PCX"},       {".ico", "icon"},    {".exr", "OpenEXR"}, {".hdr", "Radiance"},
         {".dcm", "DICOM"},     {".dng", "raw"},       {".cr2", "raw"},     {".cr3", "raw"},     {".nef", "raw"},
         {".arw", "raw"},       {".orf", "raw"},       {".rw2", "raw"},     {".raf", "raw"}}};
    const std::string ending = endingOf(name);
    const auto found =
        std::find_if(endings.begin(), endings.end(), [&](const Ending& one) { return one.ending == ending; });
    return found == endings.end() ? std::string_view() : found->kind;
}

ScanReport::Problem unreadPicture(std::string path, std::string_view kind) {
    return {std::move(path), PictureVerdict::unsupported,
            "The file is a picture of the kind " + std::string(kind) + ", which is not read: save it as JPEG or PNG."};
}

std::string folderName(const fs::path& folder) {
    std::error_code error;
    const fs::path whole = fs::canonical(folder, error);
    return printableText((error ? folder : whole).filename().string());
}

FolderListing scanFolder(const fs::path& folder, OpenWatch* watch) {
    FolderListing listing;
    const Contents top = contentsOf(folder, watch);
    if (!top.files.empty()) {
        TreeWalk(folder, listing, watch).add("", -1, top);
        return listing;
    }
    TreeWalk(folder, listing, watch).noteRest(top, "");
    for (const std::string& name : top.folders) {
        const std::size_t before = listing.files.size();
        TreeWalk(folder, listing, watch).take(name, static_cast<std::int32_t>(listing.classNames.size()));
        if (listing.files.size() > before)
            listing.classNames.push_back(name);
        else if (isPictureName(name))
            listing.unusable.push_back(misnomer(name, "a folder"));
    }
    return listing;
}

std::string printableText(const std::string& text) {
    std::string valid;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = characterLength(text, at);
        if (length > 0)
            valid.append(text, at, length);
        else
            valid += "\xef\xbf\xbd";
        at += std::max<std::size_t>(length, 1);
    }
    return valid;
}

const std::string& printableOf(const std::string& text) {
    thread_local std::string printable;
    if (std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }))
        return text;
    printable = printableText(text);
    return printable;
}

} // namespace dinoscope
