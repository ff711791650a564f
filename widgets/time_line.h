// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace dinoscope {

/// Moments along a line, and the present at its right end. One of them is chosen: by a click, by dragging over them,
/// or with the arrow keys, Home and End. What a moment is shows by its shape: a disc, a diamond for one that is kept, a
/// star above the best one, a cross for a damaged one.
class TimeLine : public QWidget {
    Q_OBJECT

public:
    struct Stop {
        double at = 0;
        bool kept = false, best = false, damaged = false;
        QString words; ///< tool tip, and what is read aloud when it is chosen
    };
    static constexpr int kPresent = -1;

    explicit TimeLine(QWidget* parent = nullptr);

    /// In growing order; `present` is not before the last. Keeps the chosen place where there still is one.
    void setStops(std::vector<Stop> stops, double present);
    const std::vector<Stop>& stops() const { return stops_; }
    /// Does not emit chosen().
    void choose(int stop);
    /// Index of a stop, or kPresent.
    int current() const { return current_; }
    /// Where a stop, or the present, is drawn.
    double positionOf(int stop) const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    /// By a person.
    void chosen(int stop);

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void choosePlace(int place);
    int placeOf(int stop) const { return stop == kPresent ? static_cast<int>(stops_.size()) : stop; }
    int placeAt(double x) const;
    /// x of every stop and, last, of the present: in proportion, but never so near that two shapes touch.
    std::vector<double> places() const;
    double baseLine() const;
    void drawStop(QPainter& painter, const Stop& stop, const QPointF& at, bool isChosen) const;
    void drawPresent(QPainter& painter, const QPointF& at) const;
    void drawNumbers(QPainter& painter, const std::vector<double>& places) const;
    void drawLegend(QPainter& painter) const;
    void describe();

    std::vector<Stop> stops_;
    double present_ = 0;
    int current_ = kPresent;
};

} // namespace dinoscope
