// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/color_map.h"
#include "widgets/theme.h"

#include <QImage>
#include <QWidget>

#include <vector>

namespace dinoscope {

/// A picture with a grid of values laid over it in colours, and a scale bar with numbers. A cell can be clicked, or
/// chosen with the arrow keys.
class HeatMapView : public QWidget {
    Q_OBJECT

public:
    explicit HeatMapView(const QString& title, ColorRole role, QWidget* parent = nullptr);
    void setTitle(const QString& title);
    void setPicture(const QImage& picture);
    /// Row-major. An empty map, or one of another size than `rows` times `columns`, shows the picture alone; so do
    /// cells that are not finite.
    void setMap(std::vector<float> map, int rows, int columns);
    const std::vector<float>& map() const { return map_; }
    void setOpacity(double opacity);
    void setColorMap(ColorMap map);
    /// The cell that asks; -1: none is marked.
    void setQuery(int cell);
    void setCaption(const QString& caption);
    const QString& caption() const { return caption_; }
    void setDimmed(bool dimmed);
    /// Without scale bar and caption, for a strip of small ones.
    void setSmall(bool small);
    void setSelected(bool selected);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void cellClicked(int cell);
    void clicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRectF place() const;
    void makeOverlay();

    QString title_, caption_;
    ColorRole role_;
    QImage picture_, overlay_;
    std::vector<float> map_;
    int rows_ = 0, columns_ = 0, query_ = -1;
    double opacity_ = 0.6, low_ = 0, high_ = 0;
    ColorMap colors_ = ColorMap::inferno;
    bool dimmed_ = false, small_ = false, selected_ = false;
};

} // namespace dinoscope
