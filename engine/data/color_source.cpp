// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/color_source.h"

#include "engine/data/wrapped_source.h"

#include <utility>

namespace dinoscope {
namespace {

class ColorSource final : public WrappedSource {
public:
    explicit ColorSource(ImageSourcePtr grey) : WrappedSource(std::move(grey)) {}

    int channels() const override { return 3; }
    std::string fingerprint() const override { return source_->fingerprint() + " in colour"; }

    PictureView read(SampleIndex index, Image& buffer) const override {
        Image decoded;
        const PictureView view = source_->read(index, decoded);
        buffer.width = view.width;
        buffer.height = view.height;
        buffer.channels = 3;
        const std::size_t pixels = static_cast<std::size_t>(view.width) * static_cast<std::size_t>(view.height);
        buffer.pixels.resize(3 * pixels);
        for (std::size_t i = 0; i < pixels; ++i)
            buffer.pixels[3 * i] = buffer.pixels[3 * i + 1] = buffer.pixels[3 * i + 2] = view.pixels[i];
        return PictureView(buffer);
    }
};

} // namespace

ImageSourcePtr inColor(ImageSourcePtr source) {
    if (!source || source->channels() == 3)
        return source;
    return std::make_shared<ColorSource>(std::move(source));
}

} // namespace dinoscope
