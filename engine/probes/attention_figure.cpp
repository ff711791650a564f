// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/probes/attention_figure.h"

#include "engine/support/check.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace dinoscope {
namespace {

constexpr int kSide = 240, kGap = 8; ///< pixels
constexpr double kOpacity = 0.6;

cv::Mat pictureOf(const Image& image, int side) {
    const int type = image.channels == 1 ? CV_8UC1 : CV_8UC3;
    const cv::Mat pixels(image.height, image.width, type, const_cast<std::uint8_t*>(image.pixels.data()));
    cv::Mat color, out;
    if (image.channels == 1)
        cv::cvtColor(pixels, color, cv::COLOR_GRAY2RGB);
    else
        color = pixels;
    cv::resize(color, out, {side, side}, 0, 0, image.width < side ? cv::INTER_NEAREST : cv::INTER_AREA);
    return out;
}

cv::Mat heatOf(const float* values, std::int64_t rows, std::int64_t columns) {
    cv::Mat map(static_cast<int>(rows), static_cast<int>(columns), CV_8UC1);
    const float largest = std::max(*std::max_element(values, values + rows * columns), 1e-12f);
    for (std::int64_t i = 0; i < rows * columns; ++i)
        map.data[i] = static_cast<std::uint8_t>(255.0f * std::clamp(values[i] / largest, 0.0f, 1.0f) + 0.5f);
    cv::Mat large, heat, out;
    cv::resize(map, large, {kSide, kSide}, 0, 0, cv::INTER_NEAREST);
    cv::applyColorMap(large, heat, cv::COLORMAP_INFERNO);
    cv::cvtColor(heat, out, cv::COLOR_BGR2RGB);
    return out;
}

} // namespace

Image attentionFigure(const AttentionAnswer& answer, const PatchMaps& maps) {
    const auto cells = static_cast<std::size_t>(answer.rows * answer.columns);
    if (cells == 0 || maps.whole.size() != cells || maps.parts.size() % cells != 0)
        throw EngineError(ErrorCode::badInput, "probes", "There is no attention map to draw.");
    const int count = 2 + static_cast<int>(maps.parts.size() / cells);
    Image out{count * (kSide + kGap) - kGap, kSide, 3, {}};
    out.pixels.assign(static_cast<std::size_t>(out.width) * kSide * 3, 255);
    cv::Mat canvas(kSide, out.width, CV_8UC3, out.pixels.data());
    const auto place = [&](const cv::Mat& square, int index) {
        square.copyTo(canvas(cv::Rect(index * (kSide + kGap), 0, kSide, kSide)));
    };
    const cv::Mat picture = pictureOf(answer.picture, kSide);
    cv::Mat overlay;
    cv::addWeighted(heatOf(maps.whole.data(), answer.rows, answer.columns), kOpacity, picture, 1 - kOpacity, 0,
                    overlay);
    place(picture, 0);
    place(overlay, 1);
    for (int part = 0; part + 2 < count; ++part)
        place(heatOf(maps.parts.data() + static_cast<std::size_t>(part) * cells, answer.rows, answer.columns),
              part + 2);
    return out;
}

} // namespace dinoscope
