// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/image.h"

namespace dinoscope {

/// Checks a picture that came from outside. @throws EngineError(badInput) if it is empty, a side is above 65535 pixels,
/// it is neither grey nor RGB, or its bytes disagree with its size. Pure; any thread.
void checkPicture(const Image& picture);

/// The picture with 1 or 3 channels: grey repeated, or the luma with weights 0.299, 0.587, 0.114 in 16-bit fixed point
/// (Pillow's conversion to L). One that has them already comes out unchanged. Pure; any thread.
/// @throws EngineError as checkPicture(), and EngineError(internal) for another number of channels.
Image withChannels(const Image& picture, int channels);

} // namespace dinoscope
