// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/cifar_source.h"

#include "engine/data/folder_scan.h"
#include "engine/data/stored_bytes.h"
#include "engine/support/check.h"

#include <zlib.h>

#include <algorithm>
#include <sstream>
#include <utility>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPlane = CifarSource::kSide * CifarSource::kSide;
constexpr std::size_t kMostRecords = 1'000'000; // twelve times what is published, 3 GB
constexpr const char* kWayOut = ": get the file again or choose another folder";

[[noreturn]] void fail(const fs::path& file, const std::string& what) {
    throw EngineError(ErrorCode::badInput, "data", printableText(file.string()) + " " + what + kWayOut);
}

bool isFile(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

bool isTen(const fs::path& folder) { return isFile(folder / "data_batch_1.bin"); }
bool isHundred(const fs::path& folder) {
    return isFile(folder / "train.bin") && isFile(folder / "fine_label_names.txt");
}

/// The folder with the files; empty if there is none.
fs::path cifarFolder(const fs::path& path) {
    for (const fs::path& folder : {path, path / "cifar-10-batches-bin", path / "cifar-100-binary"})
        if (isTen(folder) || isHundred(folder))
            return folder;
    return {};
}

/// A name a line; empty lines are left out.
std::vector<std::string> namesIn(const fs::path& file) {
    std::vector<std::string> names;
    if (!isFile(file))
        return names;
    const auto bytes = storedFile(file, printableText(file.string()));
    std::istringstream lines(std::string(bytes.begin(), bytes.end()));
    for (std::string line; std::getline(lines, line);) {
        line.erase(std::remove(line.begin(), line.end(), '\r'), line.end());
        if (!line.empty())
            names.push_back(printableText(line));
    }
    return names;
}

} // namespace

CifarSource::CifarSource(std::string name, const std::vector<fs::path>& files, int labelBytes,
                         std::vector<std::string> classNames)
    : name_(std::move(name)), labelBytes_(static_cast<std::size_t>(labelBytes)), classNames_(std::move(classNames)) {
    const std::size_t recordBytes = labelBytes_ + 3 * kPlane;
    for (const fs::path& file : files) {
        const auto bytes = storedFile(file, printableText(file.string()));
        if (bytes.empty() || bytes.size() % recordBytes != 0)
            fail(file, "has " + std::to_string(bytes.size()) + " bytes, which are no whole number of records of " +
                           std::to_string(recordBytes));
        if ((records_.size() + bytes.size()) / recordBytes > kMostRecords)
            fail(file, "would be picture number " + std::to_string(kMostRecords) + " and more, too many");
        for (std::size_t at = labelBytes_ - 1; at < bytes.size(); at += recordBytes)
            if (bytes[at] >= classNames_.size())
                fail(file, "holds the label " + std::to_string(bytes[at]) + ", but there are only " +
                               std::to_string(classNames_.size()) + " classes");
        records_.insert(records_.end(), bytes.begin(), bytes.end());
    }
    count_ = static_cast<std::int64_t>(records_.size() / recordBytes);
    fingerprint_ =
        "cifar:" + std::to_string(count_) + ":" + std::to_string(crc32_z(0, records_.data(), records_.size()));
}

const std::uint8_t* CifarSource::record(SampleIndex index) const {
    if (index.value < 0 || index.value >= count_)
        throw EngineError(ErrorCode::notFound, "data",
                          name_ + " has no picture " + std::to_string(index.value) + ": its numbers go from 0 to " +
                              std::to_string(count_ - 1));
    return records_.data() + static_cast<std::size_t>(index.value) * (labelBytes_ + 3 * kPlane);
}

PictureView CifarSource::read(SampleIndex index, Image& buffer) const {
    const std::uint8_t* planes = record(index) + labelBytes_;
    buffer.width = buffer.height = kSide;
    buffer.channels = 3;
    buffer.pixels.resize(3 * kPlane);
    for (std::size_t i = 0; i < kPlane; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            buffer.pixels[3 * i + c] = planes[c * kPlane + i];
    return PictureView(buffer);
}

std::optional<std::int32_t> CifarSource::label(SampleIndex index) const { return record(index)[labelBytes_ - 1]; }

std::string CifarSource::pictureName(SampleIndex index) const { return "picture " + std::to_string(index.value); }

bool recognisesCifar(const fs::path& path) { return !cifarFolder(path).empty(); }

DataSets openCifar(const fs::path& path, const SourceOptions&) {
    const fs::path folder = cifarFolder(path);
    if (folder.empty())
        fail(path, "holds neither data_batch_1.bin nor train.bin with fine_label_names.txt");
    const bool ten = isTen(folder);
    std::vector<fs::path> train;
    if (!ten)
        train.push_back(folder / "train.bin");
    for (int i = 1; ten && isFile(folder / ("data_batch_" + std::to_string(i) + ".bin")); ++i)
        train.push_back(folder / ("data_batch_" + std::to_string(i) + ".bin"));
    const fs::path test = folder / (ten ? "test_batch.bin" : "test.bin");
    std::vector<std::string> names = namesIn(folder / (ten ? "batches.meta.txt" : "fine_label_names.txt"));
    for (std::size_t i = names.size(); i < (ten ? 10U : 100U); ++i)
        names.push_back("class " + std::to_string(i));
    const std::string set = ten ? "CIFAR-10, " : "CIFAR-100, ";
    const int labelBytes = ten ? 1 : 2;
    DataSets sets;
    sets.train = std::make_shared<CifarSource>(set + "training pictures", train, labelBytes, names);
    if (isFile(test))
        sets.test = std::make_shared<CifarSource>(set + "test pictures", std::vector{test}, labelBytes, names);
    return sets;
}

} // namespace dinoscope
