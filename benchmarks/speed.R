# The same estimates with survey::svyby: every question in every domain, se, logit interval, df and deff.
suppressMessages(library(survey))
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[1])
peak <- function() {
  status <- readLines("/proc/self/status")
  as.numeric(gsub("\\D", "", grep("^VmHWM", status, value = TRUE))) / 1024
}
questions <- grep("^q", names(data), value = TRUE)
invisible(gc())
if (file.exists("/proc/self/clear_refs")) cat("5", file = "/proc/self/clear_refs")
loaded <- peak()
start <- proc.time()
for (q in questions) data[[q]] <- factor(data[[q]], levels = 1:5)
data$total <- 1
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~w, data = data)
rows <- 0
for (by in list(~total, ~mun, ~sexo, ~edad, ~mun + sexo)) {
  names <- all.vars(by)
  cell <- interaction(data[names], drop = TRUE)
  df <- sapply(split(seq_len(nrow(data)), cell), function(i) {
    length(unique(data$psu[i])) - length(unique(data$stratum[i]))
  })
  for (q in questions) {
    fitted <- svyby(as.formula(paste0("~", q)), by, design, svymean, deff = TRUE, keep.var = TRUE)
    p <- matrix(coef(fitted), nrow = nrow(fitted))
    se <- as.matrix(SE(fitted))
    half <- qt(0.975, df) * se / (p * (1 - p))
    low <- plogis(qlogis(p) - half)
    high <- plogis(qlogis(p) + half)
    rows <- rows + length(low)
  }
}
used <- proc.time() - start
cat(sprintf(
  '{"seconds": %f, "cpu_seconds": %f, "rows": %d, "peak_mb": %f, "loaded_mb": %f}\n',
  used[["elapsed"]], used[["user.self"]] + used[["sys.self"]], rows, peak(), loaded
))
