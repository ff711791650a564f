// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <cstdint>

class QSpinBox;

namespace dinoscope {

/// Chooses a picture by its number: previous, next, typed, and if wanted any of them.
class PictureChooser : public QWidget {
    Q_OBJECT

public:
    enum class Offers { neighboursOnly, anyPicture };

    explicit PictureChooser(Offers offers, QWidget* parent = nullptr);
    std::int64_t index() const;
    void choose(std::int64_t index);
    /// Number of pictures among which any one is taken.
    void setCount(std::int64_t count) { count_ = count; }

signals:
    void chosen();

private:
    QSpinBox* index_;
    std::int64_t count_ = 1;
};

} // namespace dinoscope
