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
    /// Number of pictures to choose from, at least 1. Does not emit chosen().
    void setCount(std::int64_t count);
    /// Shows another number without emitting chosen(), and what it is the number of.
    void show(std::int64_t index, const QString& meaning);

signals:
    void chosen();

private:
    QSpinBox* index_;
    std::int64_t count_ = 1;
};

} // namespace dinoscope
