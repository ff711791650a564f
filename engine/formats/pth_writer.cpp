// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/pth_writer.h"

#include "engine/formats/little_endian.h"
#include "engine/formats/output_file.h"
#include "engine/formats/storage_table.h"
#include "engine/formats/zip_writer.h"
#include "engine/support/check.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>

namespace dinoscope {
namespace {

/// The pickle of a value, and the storages that it refers to (Python's pickletools describes the opcodes).
class Pickler {
public:
    std::string pickle(const PthValue& root) {
        out_ = "\x80\x02"; // protocol 2
        write(root);
        return std::move(out_) + '.';
    }
    /// By their numbers.
    const std::vector<std::span<const std::byte>>& storages() const { return storages_; }

private:
    void write(const PthValue& value) {
        std::visit([this](const auto& content) { put(content); }, value.content());
    }

    void put(std::monostate) { out_ += 'N'; }
    void put(bool value) { out_ += value ? '\x88' : '\x89'; }
    void put(double value) { out_ += 'G' + rawBytes(__builtin_bswap64(std::bit_cast<std::uint64_t>(value))); }
    void put(const std::string& value) { out_ += 'X' + rawBytes(static_cast<std::uint32_t>(value.size())) + value; }
    void put(std::int64_t value) {
        if (value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max())
            out_ += 'J' + rawBytes(static_cast<std::int32_t>(value));
        else
            out_ += "\x8a\x08" + rawBytes(value); // eight bytes in two's complement
    }
    void put(const PthList& list) {
        out_ += "](";
        for (const PthValue& item : list)
            write(item);
        out_ += 'e';
    }
    void put(const PthMap& map) {
        out_ += "}(";
        for (const auto& [key, value] : map) {
            std::visit([this](const auto& word) { put(word); }, key);
            write(value);
        }
        out_ += 'u';
    }
    void put(const TensorView& tensor) {
        const std::int64_t elements = tensor.elements();
        checkEqual(tensor.bytes.size(), static_cast<std::size_t>(elements) * elementSize(tensor.type), "formats",
                   "Bytes of tensor " + tensor.name);
        global("torch._utils", "_rebuild_tensor_v2");
        out_ += "((";
        put(std::string("storage"));
        global("torch", storageType(tensor.type).name);
        put(std::to_string(storageOf(tensor)));
        put(std::string("cpu"));
        put(elements);
        out_ += "tQ";
        put(std::int64_t{0}); // offset
        std::vector<std::int64_t> strides(tensor.shape.size(), 1);
        for (std::size_t i = tensor.shape.size(); i-- > 1;)
            strides[i - 1] = strides[i] * std::max<std::int64_t>(tensor.shape[i], 1);
        put(tensor.shape);
        put(strides);
        put(false);
        global("collections", "OrderedDict"); // no hooks
        out_ += ")RtR";
    }
    void put(const std::vector<std::int64_t>& numbers) {
        out_ += '(';
        for (const std::int64_t number : numbers)
            put(number);
        out_ += 't';
    }
    void global(std::string_view module, std::string_view name) {
        out_.append("c").append(module).append("\n").append(name).append("\n");
    }
    std::size_t storageOf(const TensorView& tensor) {
        const auto [place, added] = numbers_.try_emplace({tensor.bytes.data(), tensor.bytes.size()}, storages_.size());
        if (added || tensor.bytes.empty()) {
            place->second = storages_.size();
            storages_.push_back(tensor.bytes);
        }
        return place->second;
    }

    std::string out_;
    std::map<std::pair<const std::byte*, std::size_t>, std::size_t> numbers_;
    std::vector<std::span<const std::byte>> storages_;
};

} // namespace

void writePth(const std::string& path, const PthValue& root) {
    Pickler pickler;
    const std::string pickle = pickler.pickle(root);
    writeWholeFile(path, [&](DurableFile& file) {
        ZipWriter zip(file);
        zip.add("archive/data.pkl", pickle);
        zip.add("archive/byteorder", "little");
        for (std::size_t i = 0; i < pickler.storages().size(); ++i)
            zip.add("archive/data/" + std::to_string(i), pickler.storages()[i]);
        zip.add("archive/version", "3\n");
        zip.finish();
    });
}

} // namespace dinoscope
