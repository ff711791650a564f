// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/safetensors.h"

#include "engine/formats/format_error.h"
#include "engine/formats/output_file.h"
#include "engine/support/check.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <set>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dinoscope {
namespace {

static_assert(std::endian::native == std::endian::little, "the mapped bytes are used as they are");

using Json = nlohmann::json;

// A value takes several times the memory of its bytes in the header. A tensor has about ten.
constexpr std::size_t kMaxHeaderValues = 4'000'000;

[[noreturn]] void badFile(const std::string& path, const std::string& what) {
    throwBadFile(path, "is not a valid safetensors file: " + what, "Fetch or write the file again.");
}

std::uint64_t readUnsigned(const Json& value, const std::string& path, const std::string& name, const char* what) {
    if (!value.is_number_unsigned())
        badFile(path,
                "the " + std::string(what) + " of tensor " + shownName(name) + " is not a whole number from 0 up");
    return value.get<std::uint64_t>();
}

TensorView readEntry(const std::string& name, const Json& entry, std::span<const std::byte> data,
                     const std::string& path) {
    const bool complete = entry.is_object() && entry.contains("dtype") && entry["dtype"].is_string() &&
                          entry.contains("shape") && entry["shape"].is_array() && entry.contains("data_offsets") &&
                          entry["data_offsets"].is_array() && entry["data_offsets"].size() == 2;
    if (!complete)
        badFile(path, "tensor " + shownName(name) + " lacks its dtype, shape or data_offsets");
    TensorView view;
    view.name = name;
    const auto& word = entry["dtype"].get_ref<const std::string&>();
    const std::optional<ElementType> type = elementType(word);
    if (!type)
        badFile(path, "tensor " + shownName(name) + " has the element type " + shownName(word) +
                          ", which is none of F64, F32, F16, BF16, I64, I32, U8, BOOL");
    view.type = *type;
    std::uint64_t bytes = elementSize(view.type);
    for (const Json& item : entry["shape"]) {
        const std::uint64_t extent = readUnsigned(item, path, name, "shape");
        view.shape.push_back(static_cast<std::int64_t>(std::min<std::uint64_t>(extent, INT64_MAX)));
        if (__builtin_mul_overflow(bytes, extent, &bytes))
            badFile(path, "the shape of tensor " + shownName(name) + " is too large for any file");
    }
    const std::uint64_t begin = readUnsigned(entry["data_offsets"][0], path, name, "start");
    const std::uint64_t end = readUnsigned(entry["data_offsets"][1], path, name, "end");
    if (begin > end || end > data.size())
        badFile(path, "tensor " + shownName(name) + " reaches from byte " + std::to_string(begin) + " to " +
                          std::to_string(end) + ", but the file holds " + std::to_string(data.size()) +
                          " bytes of tensors");
    if (end - begin != bytes)
        badFile(path, "tensor " + shownName(name) + " takes " + std::to_string(bytes) + " bytes by its shape, but " +
                          std::to_string(end - begin) + " by its data_offsets");
    view.bytes = data.subspan(begin, bytes);
    return view;
}

/// The format allows no gap and no overlap.
void checkLayout(std::vector<TensorView>& tensors, std::span<const std::byte> data, const std::string& path) {
    std::stable_sort(tensors.begin(), tensors.end(), [](const TensorView& a, const TensorView& b) {
        return a.bytes.data() != b.bytes.data() ? a.bytes.data() < b.bytes.data() : a.bytes.size() < b.bytes.size();
    });
    const std::byte* next = data.data();
    for (const TensorView& view : tensors) {
        if (view.bytes.data() != next)
            badFile(path, "the bytes of tensor " + shownName(view.name) + " do not follow the tensor before it");
        next += view.bytes.size();
    }
    if (next != data.data() + data.size())
        badFile(path, std::to_string(data.data() + data.size() - next) + " bytes at its end belong to no tensor");
}

} // namespace

std::int64_t TensorView::elements() const {
    std::int64_t count = 1;
    for (std::int64_t extent : shape)
        count *= extent;
    return count;
}

/// A read-only mapping of a whole file.
class SafetensorsFile::Mapping {
public:
    explicit Mapping(const std::string& path) {
        const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (file < 0)
            throwIoFailure(path, "opened", errno);
        struct stat status {};
        if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
            const int error = S_ISDIR(status.st_mode) ? EISDIR : (errno ? errno : EINVAL);
            ::close(file);
            throwIoFailure(path, "read", error);
        }
        size_ = static_cast<std::size_t>(status.st_size);
        if (size_ > 0)
            address_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
        const int error = errno;
        ::close(file);
        if (address_ == MAP_FAILED)
            throwIoFailure(path, "read", error);
    }
    ~Mapping() {
        if (address_ && address_ != MAP_FAILED)
            ::munmap(address_, size_);
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(address_), size_}; }

private:
    void* address_ = nullptr;
    std::size_t size_ = 0;
};

void parseSafetensors(std::span<const std::byte> file, const std::string& path, std::vector<TensorView>& tensors,
                      std::map<std::string, std::string>& metadata) {
    std::uint64_t headerBytes = 0;
    if (file.size() < sizeof headerBytes)
        badFile(path, "it has " + std::to_string(file.size()) + " bytes, fewer than the 8 of the header's length");
    std::memcpy(&headerBytes, file.data(), sizeof headerBytes);
    if (headerBytes > SafetensorsFile::kMaxHeaderBytes || headerBytes > file.size() - sizeof headerBytes)
        badFile(path, "its header should have " + std::to_string(headerBytes) + " bytes, but the file has " +
                          std::to_string(file.size()));
    const auto* text = reinterpret_cast<const char*>(file.data()) + sizeof headerBytes;
    const std::span<const std::byte> data = file.subspan(sizeof headerBytes + headerBytes);
    // A header nests three deep; the limit keeps a hostile one from exhausting the stack. Of two entries of one name
    // each reader could believe another one.
    std::set<std::string> names;
    bool repeated = false;
    std::size_t values = 0;
    const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
        if (++values > kMaxHeaderValues)
            badFile(path, "its header holds more than " + std::to_string(kMaxHeaderValues) + " values");
        if (depth == 1 && event == Json::parse_event_t::key)
            repeated = !names.insert(value.get<std::string>()).second || repeated;
        return depth <= 8;
    };
    const Json header = Json::parse(text, text + headerBytes, watch, false);
    if (repeated)
        badFile(path, "two of its entries have the same name");
    if (!header.is_object())
        badFile(path, "its header is not a JSON object");
    for (const auto& [name, entry] : header.items()) {
        if (name != "__metadata__") {
            tensors.push_back(readEntry(name, entry, data, path));
            continue;
        }
        if (!entry.is_object())
            badFile(path, "its __metadata__ is not an object");
        for (const auto& [key, value] : entry.items()) {
            if (!value.is_string())
                badFile(path, "the entry " + shownName(key) + " of its __metadata__ is not text");
            metadata[key] = value.get<std::string>();
        }
    }
    checkLayout(tensors, data, path);
}

SafetensorsFile::SafetensorsFile(const std::string& path) : path_(path), mapping_(std::make_unique<Mapping>(path)) {
    parseSafetensors(mapping_->bytes(), path_, tensors_, metadata_);
    for (std::size_t i = 0; i < tensors_.size(); ++i)
        index_[tensors_[i].name] = i;
}

SafetensorsFile::~SafetensorsFile() = default;

const TensorView* SafetensorsFile::find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? nullptr : &tensors_[found->second];
}

const TensorView& SafetensorsFile::at(std::string_view name) const {
    if (const TensorView* view = find(name))
        return *view;
    throw EngineError(ErrorCode::badInput, "formats",
                      "'" + path_ + "' holds no tensor '" + std::string(name) + "'. Choose a file that has it.");
}

std::string safetensorsHead(const std::vector<TensorView>& tensors,
                            const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty())
        header["__metadata__"] = metadata;
    std::set<std::string_view> names;
    std::uint64_t offset = 0;
    for (const TensorView& view : tensors) {
        if (!names.insert(view.name).second || view.name == "__metadata__")
            throw EngineError(ErrorCode::internal, "formats", "Two tensors to be written have the name " + view.name);
        checkEqual(view.bytes.size(), static_cast<std::size_t>(view.elements()) * elementSize(view.type), "formats",
                   "Bytes of tensor " + view.name);
        header[view.name] = {{"dtype", elementName(view.type)},
                             {"shape", view.shape},
                             {"data_offsets", {offset, offset + view.bytes.size()}}};
        offset += view.bytes.size();
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t size = text.size();
    return std::string(reinterpret_cast<const char*>(&size), sizeof size) + text;
}

void writeSafetensors(const std::string& path, const std::vector<TensorView>& tensors,
                      const std::map<std::string, std::string>& metadata) {
    const std::string head = safetensorsHead(tensors, metadata);
    writeWholeFile(path, [&](DurableFile& file) {
        file.write(head);
        for (const TensorView& view : tensors)
            file.write(view.bytes);
    });
}

} // namespace dinoscope
