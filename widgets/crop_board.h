// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme.h"

#include <QImage>
#include <QWidget>

#include <vector>

namespace dinoscope {

/// A source picture with the boxes of its crops drawn on it, and the crops beside it with their words. The crop under
/// the mouse, or chosen with the arrow keys, is marked in both, and what was done to it is told.
class CropBoard : public QWidget {
    Q_OBJECT

public:
    struct Crop {
        QImage image;
        QRectF box; ///< in pixels of the source
        QString title, words, networks, details;
        bool isGlobal = false;
    };

    explicit CropBoard(QWidget* parent = nullptr);
    void show(const QImage& source, const QString& caption, std::vector<Crop> crops);
    void setDimmed(bool dimmed);
    std::size_t cropCount() const { return crops_.size(); }
    const std::vector<Crop>& crops() const { return crops_; }
    const QString& caption() const { return caption_; }
    bool isDimmed() const { return dimmed_; }
    /// The crop that is marked; -1: none.
    int marked() const { return marked_; }
    QSize sizeHint() const override { return {480, 200}; }
    QSize minimumSizeHint() const override { return {200, 96}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void mark(int tile);
    std::size_t columns() const;
    QRectF sourceArea() const;
    QRectF tileArea(std::size_t index) const;
    int tileAt(const QPointF& position) const;
    void drawLabel(QPainter& painter, const QString& words, const QPointF& corner) const;
    void drawCaption(QPainter& painter, const QRectF& place) const;
    void drawTile(QPainter& painter, std::size_t index) const;

    QImage source_;
    QString caption_;
    std::vector<Crop> crops_;
    bool dimmed_ = false;
    int marked_ = -1;
};

} // namespace dinoscope
