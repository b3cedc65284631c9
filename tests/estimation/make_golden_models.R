# R's tests of independence and logistic models under each kind of design, for test_models_by_method.py.
#
#   Rscript tests/estimation/make_golden_models.R tests/estimation/golden/microdata.csv \
#     tests/estimation/golden/models.csv
#
# The last municipality, whose PSU is alone, is left out (a jackknife cannot lose it). The replicates are formulas of
# the numbers of PSU, stratum and replicate, written again in the test. glm runs until its deviance no longer moves:
# R's own tolerance leaves errors of the seventh digit. Columns: design, statistic, name, value (15 digits).
suppressMessages(library(survey))
options(survey.lonely.psu = "adjust")
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[1], colClasses = c(conglomerado = "character"))
data <- data[data$municipio != max(data$municipio), ]
data$woman <- as.numeric(data$sexo == 2)
data$one <- 1
stratum <- match(data$municipio, sort(unique(data$municipio)))
psu <- match(data$conglomerado, sort(unique(data$conglomerado)))
half <- as.numeric(substr(data$conglomerado, 2, 3)) %% 2
parity <- function(h, r) sum(as.integer(intToBits(bitwAnd(h, r)))) %% 2
signs <- sapply(0:15, function(r) sapply(stratum, function(h) 1 - 2 * parity(h, r)))
brr <- data$w * (1 + 0.7 * signs * (2 * half - 1))
boot <- data$w * sapply(1:40, function(r) ((psu^2 * (r + 1)) %% 97) / 48)
base <- svydesign(~conglomerado, strata = ~municipio, weights = ~w, data = data)
totals <- c(sum(data$w) * 1.02, sum(data$w * data$woman) * 1.05, sum(data$w * data$edad) * 0.99)
names(totals) <- c("(Intercept)", "woman", "edad")
replicated <- function(weights, scale, mse) svrepdesign(
  data = data, weights = ~w, repweights = weights, type = "other", scale = scale, rscales = rep(1, ncol(weights)),
  combined.weights = TRUE, mse = mse
)
designs <- list(
  taylor = base,
  fpc = svydesign(~conglomerado, strata = ~municipio, weights = ~w, fpc = rep(20, nrow(data)), data = data),
  rows = svydesign(~1, weights = ~w, data = data),
  calibrated = calibrate(base, ~ woman + edad, totals, calfun = "linear"),
  jackknife = as.svrepdesign(base, type = "JKn", mse = TRUE),
  jackknife_mean = as.svrepdesign(base, type = "JKn", mse = FALSE),
  brr = replicated(brr, 1 / (16 * 0.7^2), TRUE),
  bootstrap = replicated(boot, 1 / 40, TRUE),
  bootstrap_mean = replicated(boot, 1 / 40, FALSE)
)
rows <- list()
keep <- function(design, statistic, name, value) rows[[length(rows) + 1]] <<- data.frame(
  design = design, statistic = statistic, name = name, value = formatC(as.numeric(value), digits = 15, format = "g")
)
tight <- glm.control(epsilon = 1e-15, maxit = 40)
model <- victima == 1 ~ factor(sexo) + edad
effects <- function(w, data) {
  data$own <- w / mean(w)
  fit <- suppressWarnings(glm(model, data = data, weights = own, family = quasibinomial(), control = tight))
  at <- function(sex) predict(fit, within(data, sexo <- sex), type = "response")
  mu <- fitted(fit)
  c(sum(w * (at(2) - at(1))) / sum(w), sum(w * mu * (1 - mu)) / sum(w) * coef(fit)[3])
}
for (which in names(designs)) {
  design <- subset(designs[[which]], !is.na(victima))
  fit <- suppressWarnings(svyglm(model, design, family = quasibinomial(), control = tight))
  for (k in 1:3) {
    keep(which, "coefficient", names(coef(fit))[k], coef(fit)[k])
    keep(which, "se", names(coef(fit))[k], SE(fit)[k])
  }
  keep(which, "df", "model", fit$df.residual)
  if (inherits(design, "svyrep.design")) {
    made <- withReplicates(design, effects)
    keep(which, "effect", "woman", made[1])
    keep(which, "effect", "edad", made[2])
    keep(which, "effect_se", "woman", SE(made)[1])
    keep(which, "effect_se", "edad", SE(made)[2])
  }
  design <- subset(designs[[which]], !is.na(seg_municipio))
  for (how in c("F", "Chisq", "Wald", "adjWald")) {
    test <- svychisq(~ seg_municipio + sexo, design, statistic = how)
    keep(which, how, "statistic", test$statistic)
    for (p in names(test$parameter)) keep(which, how, p, test$parameter[p])
    keep(which, how, "p", test$p.value)
  }
  keep(which, "degf", "table", degf(design))
}
table <- do.call(rbind, rows)
table$value <- trimws(table$value)
write.csv(table, arguments[2], row.names = FALSE, quote = FALSE)
