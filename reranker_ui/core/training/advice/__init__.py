"""The advisor: fills a recipe from what the labels are like and the minutes there are."""
