// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme.h"

#include <QImage>
#include <QWidget>

#include <vector>

namespace dinoscope {

/// A title and pictures of one size in reading order, each with a line below it. A picture can be chosen by a click, or
/// with the arrow keys and Space; opened by a double click or Return; and asked for its menu.
class PictureStrip : public QWidget {
    Q_OBJECT

public:
    struct Tile {
        QImage picture;
        QString words;       ///< the line below
        QString details;     ///< tool tip
        bool marked = false; ///< framed, and a tick before its words
    };

    PictureStrip(const QString& title, ColorRole role, QWidget* parent = nullptr);
    void setTiles(std::vector<Tile> tiles);
    const std::vector<Tile>& tiles() const { return tiles_; }
    /// Behind the title.
    void setRemark(const QString& remark);
    void setDimmed(bool dimmed);
    QSize sizeHint() const override { return {240, 110}; }
    QSize minimumSizeHint() const override { return {64, 72}; }

signals:
    void chosen(int tile);
    /// After chosen().
    void opened(int tile);
    void menuAsked(int tile, const QPoint& globalPosition);

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    /// Columns, the side of a picture and the height of the line below it that show all tiles as large as they fit.
    struct Grid {
        int columns = 1;
        double side = 0;
        int line = 0; ///< 0: there is no room for words
    };
    Grid grid() const;
    Grid gridWith(int line) const;
    QRectF tileArea(int tile) const;
    int tileAt(const QPointF& position) const;

    QString title_, remark_;
    ColorRole role_;
    std::vector<Tile> tiles_;
    int current_ = 0;
    bool dimmed_ = false;
};

} // namespace dinoscope
