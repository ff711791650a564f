// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"
#include "engine/augment/augment_options.h"

#include <string>

namespace dinoscope {

class Backbone;

/// Maps over the patches of one picture, of one block of both networks. Attention as in the figures of the DINO paper
/// (visualize_attention.py): softmax weights of the query's row, the keys of the patches alone, so that a head's values
/// sum to 1 less the share of the class token. Activations and similarities are of a transformer's tokens after the
/// final norm, or of the map that a stage of a convolutional network gives.
///
/// The input is the middle square of the picture after a bicubic resize of its shorter side, in the channels of the
/// network. request.inputSide is rounded down to whole patches; 0 means 7 patches a side, or those of the position
/// table where it has more. At most 2048 pixels and 64 patches a side; a patch as the query needs the whole matrix and
/// may therefore allow fewer. `normalization` is that of the run.
///
/// Both networks run in evaluation mode and have their former mode afterwards; no parameter, buffer or random number
/// changes. The count of passes that stochastic depth is keyed by moves, which Backbone::beginStep() starts anew: call
/// it between steps. Engine thread; blocks for the forward passes.
/// @throws EngineError(notAllowed) for attention of convolutional networks and for two networks that differ in shape,
/// EngineError(badInput) for a picture as checkPicture() and for a block, side or patch that there is not.
AttentionAnswer attentionOfPicture(const Image& picture, std::string caption, const Normalization& normalization,
                                   const AttentionRequest& request, Backbone& student, Backbone& teacher);

} // namespace dinoscope
