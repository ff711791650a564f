// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pictures.h"

namespace dinoscope {

QImage toQImage(const Image& image) {
    const auto pixels = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
    if (image.width <= 0 || image.height <= 0 ||
        image.pixels.size() != pixels * static_cast<std::size_t>(image.channels))
        return {};
    QImage result(image.width, image.height, QImage::Format_RGB32);
    const std::uint8_t* from = image.pixels.data();
    for (int y = 0; y < image.height; ++y) {
        auto* row = reinterpret_cast<QRgb*>(result.scanLine(y));
        for (int x = 0; x < image.width; ++x, from += image.channels)
            row[x] = image.channels == 3 ? qRgb(from[0], from[1], from[2]) : qRgb(from[0], from[0], from[0]);
    }
    return result;
}

Image fromQImage(const QImage& image) {
    const QImage pixels = image.convertToFormat(QImage::Format_ARGB32);
    Image result{pixels.width(), pixels.height(), 3, {}};
    result.pixels.reserve(static_cast<std::size_t>(result.width) * static_cast<std::size_t>(result.height) * 3);
    for (int y = 0; y < result.height; ++y) {
        const auto* row = reinterpret_cast<const QRgb*>(pixels.constScanLine(y));
        for (int x = 0; x < result.width; ++x) {
            const int alpha = qAlpha(row[x]);
            for (const int value : {qRed(row[x]), qGreen(row[x]), qBlue(row[x])})
                result.pixels.push_back(static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255));
        }
    }
    return result;
}

} // namespace dinoscope
