package io.rangestream.app.report;

import java.util.List;

/** Tables in Markdown, padded so that they are read on a terminal too. */
public final class MarkdownTable {
    private MarkdownTable() {}

    /**
     * The first column is aligned to the left, the others to the right.
     *
     * @param rows all of one length, the heading first
     */
    public static String of(List<List<String>> rows) {
        int columns = rows.get(0).size();
        var widths = new int[columns];
        rows.forEach(row -> {
            for (int c = 0; c < columns; c++) {
                widths[c] = Math.max(widths[c], row.get(c).length());
            }
        });
        var text = new StringBuilder();
        for (int r = 0; r < rows.size(); r++) {
            var line = new StringBuilder("|");
            var rule = new StringBuilder("|");
            for (int c = 0; c < columns; c++) {
                String cell = rows.get(r).get(c);
                String padding = " ".repeat(widths[c] - cell.length());
                line.append(' ')
                        .append(c == 0 ? cell + padding : padding + cell)
                        .append(" |");
                rule.append('-')
                        .append("-".repeat(widths[c]))
                        .append(c == 0 ? '-' : ':')
                        .append('|');
            }
            text.append(line).append('\n');
            if (r == 0) {
                text.append(rule).append('\n');
            }
        }
        return text.toString();
    }
}
