"""The design tokens of assets/css/tokens.css, laid onto Gradio's theme variables."""

import gradio as gr

# Gradio's variable -> our token. The tokens change with .dark, so both twins are the same.
TOKENS = {
    "body_background_fill": "bg",
    "background_fill_primary": "panel",
    "background_fill_secondary": "sunken",
    "body_text_color": "text",
    "body_text_color_subdued": "muted",
    "border_color_primary": "line",
    "border_color_accent": "accent",
    "color_accent_soft": "accent-soft",
    "link_text_color": "accent-text",
    "link_text_color_hover": "accent-text",
    "link_text_color_active": "accent-text",
    "link_text_color_visited": "accent-text",
    "block_background_fill": "panel",
    "block_border_color": "line",
    "block_label_text_color": "muted",
    "block_title_text_color": "muted",
    "input_background_fill": "panel",
    "input_border_color": "ctl",
    "input_border_color_focus": "accent",
    "input_placeholder_color": "faint",
    "button_primary_background_fill": "accent",
    "button_primary_background_fill_hover": "accent",
    "button_primary_text_color": "accent-ink",
    "button_primary_border_color": "accent",
    "button_secondary_background_fill": "panel",
    "button_secondary_background_fill_hover": "hover",
    "button_secondary_border_color": "line2",
    "button_secondary_text_color": "text",
    "button_cancel_background_fill": "panel",
    "button_cancel_border_color": "line2",
    "button_cancel_text_color": "loss",
    "table_border_color": "line",
    "table_odd_background_fill": "panel",
    "table_even_background_fill": "panel",
    "table_row_focus": "accent-soft",
    "checkbox_background_color_selected": "accent",
    "checkbox_border_color": "ctl",
    "slider_color": "accent",
    "checkbox_label_background_fill": "panel",
    "checkbox_label_background_fill_selected": "accent-soft",
    "checkbox_label_text_color_selected": "accent-text",
    "error_background_fill": "panel",
    "error_border_color": "line2",
    "error_text_color": "text",
    "error_icon_color": "loss",
}
SIZES = {
    "body_text_size": "13px",
    "block_label_text_size": "12px",
    "block_title_text_size": "12px",
    "block_title_text_weight": "500",
    "block_border_width": "1px",
    "block_radius": "8px",
    "block_padding": "16px",
    "block_label_border_width": "0px",
    "block_label_background_fill": "transparent",
    "block_title_background_fill": "transparent",
    "panel_background_fill": "transparent",
    "panel_border_width": "0px",
    "layout_gap": "16px",
    "form_gap_width": "0px",
    "input_border_width": "1px",
    "input_radius": "6px",
    "input_padding": "5px 10px",
    "input_text_size": "13px",
    "input_shadow": "none",
    "input_shadow_focus": "none",
    "button_border_width": "1px",
    "button_primary_shadow": "none",
    "button_secondary_shadow": "none",
    "button_transform_hover": "none",
    "button_transform_active": "none",
    "table_radius": "0",
    "checkbox_label_padding": "4px 8px",
    "checkbox_label_text_size": "13px",
} | {
    f"button_{size}_{what}": value
    for size in ("large", "medium", "small")
    for what, value in (
        ("radius", "6px"),
        ("padding", "5px 12px"),
        ("text_size", "13px"),
        ("text_weight", "500"),
    )
}


def theme() -> gr.themes.Base:
    """Gradio's theme in our colours and sizes, light and dark."""
    base = gr.themes.Base(
        font=["var(--rr-font)"],
        font_mono=["var(--rr-mono)"],
    )
    values = {name: f"var(--rr-{token})" for name, token in TOKENS.items()}
    values |= {"block_shadow": "var(--rr-card-shadow)", "color_accent": "#2f55c8"} | SIZES
    variables = set(vars(base))
    values |= {
        f"{name}_dark": value for name, value in values.items() if f"{name}_dark" in variables
    }
    return base.set(**{name: value for name, value in values.items() if name in variables})
