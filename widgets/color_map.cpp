// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/color_map.h"

#include <algorithm>
#include <array>
#include <span>

namespace dinoscope {
namespace {

constexpr std::array<QRgb, 10> kInferno = {0x000004, 0x1b0c41, 0x4a0c6b, 0x781c6d, 0xa52c60,
                                           0xcf4446, 0xed6925, 0xfb9b06, 0xf7d13d, 0xfcffa4};
constexpr std::array<QRgb, 10> kViridis = {0x440154, 0x482878, 0x3e4a89, 0x31688e, 0x26828e,
                                           0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725};
constexpr std::array<QRgb, 10> kMagma = {0x000004, 0x180f3d, 0x440f76, 0x721f81, 0x9e2f7f,
                                         0xcd4071, 0xf1605d, 0xfd9668, 0xfeca8d, 0xfcfdbf};
constexpr std::array<QRgb, 15> kTurbo = {0x30123b, 0x4145ab, 0x4675ed, 0x39a2fc, 0x1bcfd4, 0x24eca6, 0x61fc6c, 0xa4fc3b,
                                         0xd1e834, 0xf3c63a, 0xfe9b2d, 0xf36315, 0xd93806, 0xb11901, 0x7a0402};

std::span<const QRgb> stopsOf(ColorMap map) {
    switch (map) {
    case ColorMap::inferno: return kInferno;
    case ColorMap::viridis: return kViridis;
    case ColorMap::magma: return kMagma;
    case ColorMap::turbo: return kTurbo;
    }
    return kInferno;
}

} // namespace

QStringList colorMapNames() {
    return {QStringLiteral("inferno"), QStringLiteral("viridis"), QStringLiteral("magma"), QStringLiteral("turbo")};
}

QRgb mapColor(ColorMap map, double value) {
    const std::span<const QRgb> stops = stopsOf(map);
    const double place = std::clamp(value, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), stops.size() - 2);
    const double share = place - static_cast<double>(below);
    const auto mix = [share](int a, int b) { return static_cast<int>(a + share * (b - a) + 0.5); };
    const QRgb a = stops[below], b = stops[below + 1];
    return qRgb(mix(qRed(a), qRed(b)), mix(qGreen(a), qGreen(b)), mix(qBlue(a), qBlue(b)));
}

} // namespace dinoscope
