// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dinoscope {

/// One value as TensorBoard shows it.
struct EventScalar {
    double wallTime = 0; ///< seconds since 1970
    std::int64_t step = 0;
    std::string tag; ///< "loss/loss"
    float value = 0;
};

/// One record of an event file: its length, the masked CRC-32C of that, the message, and the masked CRC-32C of that
/// (tensorboard, record_writer.py; event.proto).
std::string eventRecord(const EventScalar& scalar);
/// Tells TensorBoard that the run was taken up again: what was recorded from `step` on is to be forgotten.
std::string eventRestart(double wallTime, std::int64_t step);
/// The first record of every event file.
std::string eventFileHeader(double wallTime);

/// CRC-32C (Castagnoli), rotated and shifted as in event files.
std::uint32_t maskedChecksum(std::string_view bytes);

/// Reads a whole event file; records that hold no scalar are passed over. Blocks.
/// @throws EngineError(io), EngineError(badInput) for a record whose checksum is wrong or that is cut off.
std::vector<EventScalar> readEvents(const std::string& path);

} // namespace dinoscope
