// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/color_source.h"

#include <utility>

namespace dinoscope {
namespace {

class ColorSource final : public ImageSource {
public:
    explicit ColorSource(ImageSourcePtr grey) : grey_(std::move(grey)) {}

    std::int64_t count() const override { return grey_->count(); }
    int channels() const override { return 3; }
    std::string name() const override { return grey_->name(); }
    std::string fingerprint() const override { return grey_->fingerprint() + " in colour"; }
    const std::vector<std::string>& classNames() const override { return grey_->classNames(); }
    std::optional<std::int32_t> label(SampleIndex index) const override { return grey_->label(index); }
    std::optional<PictureSize> uniformSize() const override { return grey_->uniformSize(); }
    std::string pictureName(SampleIndex index) const override { return grey_->pictureName(index); }
    std::string picturePlace(SampleIndex index) const override { return grey_->picturePlace(index); }
    std::int64_t storedBytes() const override { return grey_->storedBytes(); }
    Leftovers leftovers() const override { return grey_->leftovers(); }

    PictureView read(SampleIndex index, Image& buffer) const override {
        Image decoded;
        const PictureView view = grey_->read(index, decoded);
        buffer.width = view.width;
        buffer.height = view.height;
        buffer.channels = 3;
        const std::size_t pixels = static_cast<std::size_t>(view.width) * static_cast<std::size_t>(view.height);
        buffer.pixels.resize(3 * pixels);
        for (std::size_t i = 0; i < pixels; ++i)
            buffer.pixels[3 * i] = buffer.pixels[3 * i + 1] = buffer.pixels[3 * i + 2] = view.pixels[i];
        return PictureView(buffer);
    }

private:
    ImageSourcePtr grey_;
};

} // namespace

ImageSourcePtr inColor(ImageSourcePtr source) {
    if (!source || source->channels() == 3)
        return source;
    return std::make_shared<ColorSource>(std::move(source));
}

} // namespace dinoscope
