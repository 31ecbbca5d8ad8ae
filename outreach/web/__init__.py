"""What all pages share: who may open them, layout, language, errors, headers, assets."""
